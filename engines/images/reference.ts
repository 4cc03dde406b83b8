/**
 * Which reference an image is run by. Pure: no file and no engine is asked.
 *
 * Pulled images have one form everywhere, host/path@digest without a tag: the docker provider compares references as text,
 * so a second form of the same image would replace containers.
 */
import { DIGEST, referenceParts, type ImageEntry, type ImageLock, type PullEntry } from "./lock";

/** Repository of images built here; the tag is the hash of their content. */
export const BUILT_PREFIX = "mcp-gateway-stack";

export interface ReferenceSettings {
  readonly lock: ImageLock;
  readonly source: "pull" | "build";
  /** Upstream registry host → prefix of the mirror that holds its repositories, such as docker.io → 127.0.0.1:5000/hub. */
  readonly registry: Readonly<Record<string, string>>;
  /** Digests that replace those of the lock, by image name. */
  readonly digests: Readonly<Record<string, string>>;
  /** Content hash of an image that is built here; see hash.ts. */
  readonly buildTag: (name: string) => string;
}

/** No reference can be given; the message says what to do. */
export class ReferenceError extends Error {}

function entryOf(lock: ImageLock, name: string): ImageEntry {
  const entry = lock[name];
  if (entry) return entry;
  throw new ReferenceError(`image "${name}" is not in catalogs/images.yaml; known are ${Object.keys(lock).join(", ")}`);
}

/** Mirrors and digests that are set for what the lock does not have, and so would silently count for nothing; one line each. */
export function strayFaults({
  lock,
  registry,
  digests,
}: Pick<ReferenceSettings, "lock" | "registry" | "digests">): string[] {
  const hosts = Object.values(lock).flatMap(({ pull }) => (pull && referenceParts(pull.reference)?.host) ?? []);
  const fault = (key: string, name: string, kind: string, known: readonly string[]): string =>
    `${key}: "${name}" is no ${kind} of catalogs/images.yaml (it has ${[...new Set(known)].join(", ")}); ` +
    `correct it, or remove it: pulumi config rm --path '${key}["${name}"]'`;
  const unknown = (set: Readonly<Record<string, string>>, known: readonly string[]): string[] =>
    Object.keys(set).filter((name) => !known.includes(name));
  const names = Object.keys(lock);
  return [
    ...unknown(registry, hosts).map((name) => fault("imageRegistry", name, "registry", hosts)),
    ...unknown(digests, names).map((name) => fault("imageDigests", name, "image", names)),
  ];
}

/** host/path with the host replaced by its mirror, if there is one; without tag and digest. */
export function mirrored(reference: string, registry: ReferenceSettings["registry"]): string {
  const parts = referenceParts(reference);
  if (!parts)
    throw new ReferenceError(`"${reference}" is no full image reference; write registry/repository[:tag]@sha256:…`);
  return `${(registry[parts.host] ?? parts.host).replace(/\/+$/, "")}/${parts.repository}`;
}

/** The reference by tag, for the one pull that finds out the digest. */
export function tagReference(pull: PullEntry, registry: ReferenceSettings["registry"]): string {
  return `${mirrored(pull.reference, registry)}:${referenceParts(pull.reference)?.tag ?? "latest"}`;
}

function pulledReference(name: string, pull: PullEntry, settings: ReferenceSettings): string {
  const digest = settings.digests[name] ?? referenceParts(pull.reference)?.digest;
  if (digest === undefined) {
    throw new ReferenceError(
      `image "${name}" (${pull.reference}) has no known digest: ${pull.noDigest ?? "none is in the lock"}; ` +
        `run npm run up, or pulumi config set --path 'imageDigests["${name}"]' sha256:…`,
    );
  }
  if (!DIGEST.test(digest)) {
    throw new ReferenceError(
      `digest "${digest}" of image "${name}" is not sha256: and 64 lower-case hex digits; copy the whole digest`,
    );
  }
  return `${mirrored(pull.reference, settings.registry)}@${digest}`;
}

/** Complete reference of an image of the lock; throws ReferenceError. */
export function imageReference(name: string, settings: ReferenceSettings): string {
  const { pull, build } = entryOf(settings.lock, name);
  if (settings.source === "build") {
    if (build) return `${BUILT_PREFIX}/${name}:${settings.buildTag(name)}`;
    throw new ReferenceError(
      `image "${name}" cannot be built here, only pulled; set imageSource to pull, or turn off what needs it`,
    );
  }
  if (pull) return pulledReference(name, pull, settings);
  throw new ReferenceError(
    `image "${name}" is in no registry, it is only built; set imageSource to build, or turn off what needs it`,
  );
}
