/** Packages of a package-lock.json. Pure. */
import { z } from "zod";
import { packageUrl, statedLicence, type Part } from "./part";

/** `resolved` is left out on purpose: it may name a registry of one's own. */
const entry = z.object({
  /** Only where the folder has another name than the package. */
  name: z.string().optional(),
  version: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
});

const lockFile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entry) });

type Entry = z.infer<typeof entry>;

const FOLDER = "node_modules/";

/** The one kind of hash that npm's registry has for what was published since 2017. */
const HASH = /^sha512-(?<base64>[A-Za-z0-9+/]+=*)$/;

function hashesOf(integrity: string | undefined): Part["hashes"] {
  const base64 = integrity === undefined ? undefined : HASH.exec(integrity)?.groups?.base64;
  return base64 === undefined ? undefined : { "SHA-512": Buffer.from(base64, "base64").toString("hex") };
}

const scopeOf = ({ dev, devOptional, optional }: Entry): Part["scope"] =>
  dev || devOptional ? "excluded" : optional ? "optional" : undefined;

function partOf(folder: string, item: Entry, file: string, within: readonly string[]): Part {
  const full = item.name ?? folder.slice(folder.lastIndexOf(FOLDER) + FOLDER.length);
  const [name = full, group] = full.split("/").reverse();
  const purl = packageUrl("npm", name, { namespace: group, version: item.version });
  return {
    kind: "npm",
    ref: purl,
    purl,
    group,
    name,
    version: item.version,
    licence: statedLicence(item.license),
    hashes: hashesOf(item.integrity),
    source: "npm",
    scope: scopeOf(item),
    properties: [["lock", file]],
    within,
  };
}

/** Every package of the text of a package-lock.json but the one that it is of. @throws Error that names the file */
export function npmParts(text: string, file: string, within: readonly string[]): Part[] {
  const { success, data, error } = lockFile.safeParse(JSON.parse(text));
  if (!success) {
    const [issue] = error.issues;
    throw new Error(`${file}: ${issue?.path.join(".")}: ${issue?.message}; write it anew: npm install`);
  }
  return Object.entries(data.packages).flatMap(([folder, item]) =>
    folder.includes(FOLDER) && !item.link ? [partOf(folder, item, file, within)] : [],
  );
}
