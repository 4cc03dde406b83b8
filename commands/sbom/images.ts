/** Images: as they are pulled, as they are built here, and of servers that the user added. Pure. */
import { buildOrder } from "../../engines/images/hash";
import { referenceParts, type BuildEntry, type ImageLock, type PullEntry } from "../../engines/images/lock";
import { packageUrl, ROOT, type Part } from "./part";

/** What the lock and the config say of images. */
export interface ImageFacts {
  readonly lock: ImageLock;
  /** Config imageDigests. */
  readonly digests: Readonly<Record<string, string>>;
  /** Content hash of an image that is built here; see engines/images/hash.ts. */
  readonly buildTag: (name: string) => string;
}

/** An image of the lock in one of its forms. */
export interface Wanted {
  readonly name: string;
  readonly form: "pull" | "build";
}

const PULLED = "what is inside is its publisher's and not listed here";
const BUILT =
  "packages of its lock files are listed; Debian's packages, of the day of the build, and Go's standard library are not";

const sha256Of = (digest: string | undefined): Part["hashes"] =>
  digest === undefined ? undefined : { "SHA-256": digest.replace(/^sha256:/, "") };

/** The registry is the published one, also where config imageRegistry has a mirror: a mirror's name stays here. */
function pulled(name: string, pull: PullEntry, { digests }: ImageFacts): Part {
  const { host = "", repository = name, tag, digest: locked } = referenceParts(pull.reference) ?? {};
  const digest = digests[name] ?? locked;
  const qualifiers = { repository_url: `${host}/${repository}`, ...(tag === undefined ? {} : { tag }) };
  const purl = packageUrl("oci", repository.split("/").at(-1) ?? name, { version: digest, qualifiers });
  return {
    kind: "image",
    ref: purl,
    purl,
    name,
    version: tag,
    // The lock speaks of its own digest, or of the tag while it has none; of another digest nothing is known.
    licence: locked === undefined || locked === digest ? (pull.licence ?? undefined) : undefined,
    hashes: sha256Of(digest),
    source: `${host}/${repository}`,
    properties: [
      ["image-form", "pulled"],
      ["contents", PULLED],
      ...(digest === undefined ? [["no-digest", pull.noDigest ?? "unknown"] as const] : []),
    ],
    within: [ROOT],
  };
}

/** It has no digest before the engine makes it; the tag is the hash of what it is made of. */
function built(name: string, build: BuildEntry, { buildTag }: ImageFacts, within: readonly string[]): Part {
  const tag = buildTag(name);
  const purl = packageUrl("oci", name, { qualifiers: { tag } });
  return {
    kind: "image",
    ref: purl,
    purl,
    name,
    version: build.version,
    licence: build.licence ?? undefined,
    source: "built here",
    properties: [
      ["image-form", "built"],
      ["content-hash", tag],
      ["contents", BUILT],
    ],
    within,
  };
}

/** Ref of an image that is built here. @throws Error when the lock has no build of it */
export const builtRef = (name: string, { buildTag }: ImageFacts): string =>
  packageUrl("oci", name, { qualifiers: { tag: buildTag(name) } });

/** The form that the config asks for, or the only one that there is. */
export function wantedForm(name: string, source: Wanted["form"], { lock }: ImageFacts): Wanted {
  const other = source === "pull" ? "build" : "pull";
  return { name, form: lock[name]?.[source] ? source : other };
}

/** Both forms of every image of the lock. */
export const everyForm = (lock: ImageLock): Wanted[] =>
  Object.entries(lock).flatMap(([name, { pull, build }]) => [
    ...(pull ? [{ name, form: "pull" } as const] : []),
    ...(build ? [{ name, form: "build" } as const] : []),
  ]);

/** Images that are wanted to be built, and all that they start from. */
export const toBuild = (wanted: readonly Wanted[], lock: ImageLock): string[] =>
  buildOrder(
    lock,
    wanted.filter(({ form }) => form === "build").map(({ name }) => name),
  );

/** An image for each that is wanted, and for each that one of them is built on. */
export function imageParts(wanted: readonly Wanted[], facts: ImageFacts): Part[] {
  const names = toBuild(wanted, facts.lock);
  const asked = new Set(wanted.filter(({ form }) => form === "build").map(({ name }) => name));
  const onIt = (base: string): string[] => names.filter((name) => facts.lock[name]?.build?.from.includes(base));
  return [
    ...wanted.flatMap(({ name, form }) => {
      const pull = form === "pull" ? facts.lock[name]?.pull : undefined;
      return pull ? [pulled(name, pull, facts)] : [];
    }),
    ...names.flatMap((name) => {
      const build = facts.lock[name]?.build;
      const within = [...(asked.has(name) ? [ROOT] : []), ...onIt(name).map((other) => builtRef(other, facts))];
      return build ? [built(name, build, facts, within)] : [];
    }),
  ];
}

/** Image of a server that the user added. Its registry may be one of the user's own, and is not told. */
export function ownImage(server: string, reference: string): Part {
  const [place = reference, digest] = reference.split("@");
  const last = place.split("/").at(-1) ?? server;
  const [name = server, tag] = last.split(":");
  const purl = packageUrl("oci", name, { version: digest, qualifiers: tag === undefined ? undefined : { tag } });
  const properties: Part["properties"] = [
    ["image-form", "pulled"],
    ["contents", PULLED],
  ];
  const source = "the user's own";
  const facts = { version: tag, hashes: sha256Of(digest), source, properties, within: [ROOT] };
  return { kind: "image", ref: purl, purl, name: server, ...facts };
}
