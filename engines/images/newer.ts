/** Which digests registries have today behind the tags of the lock. The engine asks, and pulls nothing. */
import type Docker from "dockerode";
import { DIGEST, referenceParts, type ImageLock } from "./lock";
import { engineWords } from "./pull";
import { tagReference } from "./reference";

/** Longest wait for one registry, in milliseconds. */
const PATIENCE_MS = 30_000;

/** What became of the question about one image. */
export interface Asked {
  readonly name: string;
  /** What was asked for: by tag, and at its mirror if there is one. */
  readonly reference: string;
  /** Digest in the lock; undefined: it has none. */
  readonly now: string | undefined;
  /** Digest that the registry has; undefined: it could not be asked. */
  readonly registry: string | undefined;
  /** Why it could not be asked. */
  readonly reason?: string;
}

async function digestAt(docker: Docker, reference: string, patienceMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs);
  });
  try {
    const { Descriptor } = await Promise.race([docker.getImage(reference).distribution(), late]);
    if (!DIGEST.test(Descriptor.digest)) throw new Error(`"${Descriptor.digest}" is no SHA-256 digest`);
    return Descriptor.digest;
  } finally {
    clearTimeout(timer);
  }
}

/** Asks for each image that is pulled; never throws for one that cannot be asked. `mirrors` is config imageRegistry. */
export function askRegistries(
  docker: Docker,
  lock: ImageLock,
  mirrors: Readonly<Record<string, string>>,
  patienceMs = PATIENCE_MS,
): Promise<Asked[]> {
  const asked = Object.entries(lock).flatMap(([name, { pull }]) => {
    if (pull === null) return [];
    const reference = tagReference(pull, mirrors);
    const one = { name, reference, now: referenceParts(pull.reference)?.digest };
    const fail = (error: unknown): Asked => ({ ...one, registry: undefined, reason: engineWords(error) });
    return digestAt(docker, reference, patienceMs).then((registry): Asked => ({ ...one, registry }), fail);
  });
  return Promise.all(asked);
}

/** Whether the registry has another digest than the lock. */
export const isNewer = ({ now, registry }: Asked): boolean => registry !== undefined && registry !== now;
