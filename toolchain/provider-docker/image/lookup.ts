/** Images that the engine has. */
import type { Engine } from "../engine/connect";
import { askIfThere } from "../engine/errors";

/** An image of the engine. */
export interface LocalImage {
  /** "sha256:…", of the image's configuration. */
  readonly id: string;
  /** Digests under which registries have it. */
  readonly repoDigests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Looks an image up by name, name@digest or id; undefined if the engine does not have it. */
export async function findImage({ docker, host }: Engine, name: string): Promise<LocalImage | undefined> {
  const info = await askIfThere(`unable to inspect image ${name}`, host, () => docker.getImage(name).inspect());
  return info && { id: info.Id, repoDigests: info.RepoDigests ?? [], labels: info.Config?.Labels ?? {} };
}

/** The digest that belongs to `name`; of several the one of its repository, "" if there is none. */
export function repoDigest(name: string, digests: readonly string[]): string {
  const repository = name.split("@")[0]?.replace(/:[^/:]*$/, "") ?? name;
  return digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0] ?? "";
}
