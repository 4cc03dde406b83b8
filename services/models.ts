/** The catalog of models that are fetched by name (catalogs/models.yaml): text → data, every fault at once. Pure. */
import { parse } from "yaml";
import { z } from "zod";

/** What belongs to a kind of model. */
interface Kind {
  /** Config key that names a model of the catalog, and prefix of the keys …File, …Url and …Sha256. */
  readonly setting: string;
  /** Prefix of the environment variables _FILE and _URL, and of the secret _TOKEN. */
  readonly env: string;
  /** Directory of the files, below dataDir. */
  readonly directory: string;
  readonly format: "gguf" | "ggml";
}

/** Every kind of model, by the server that it is for. */
export const KINDS = {
  llama: { setting: "llamaCppModel", env: "LLAMA_CPP_MODEL", directory: "llama-cpp/models", format: "gguf" },
  whisper: { setting: "whisperCppModel", env: "WHISPER_CPP_MODEL", directory: "whisper-cpp/models", format: "ggml" },
} as const satisfies Record<string, Kind>;

export type ModelKind = keyof typeof KINDS;

const ROLES = ["default", "tiny", "good"] as const;

/** 64 lower-case hexadecimal digits. */
export const SHA256 = /^[0-9a-f]{64}$/;

/** A bare file name that needs no quotes anywhere. */
export const FILE_NAME = /^[a-z0-9][\w.+=@~-]{0,199}$/i;

/** A path whose last part is a commit id before the file's: what it leads to never changes. */
const FIXED_URL = /^https:\/\/[^/]+\/.+\/[0-9a-f]{40}\/[^/?#]+$/;

const model = z.strictObject({
  kind: z.enum(["llama", "whisper"]),
  role: z.enum(ROLES).optional(),
  file: z.string().regex(FILE_NAME, "is no bare file name"),
  url: z.string().regex(FIXED_URL, "is no https URL of a file at a fixed revision (…/40 hexadecimal digits/FILE)"),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(SHA256, "is not 64 lower-case hexadecimal digits"),
  /** null: not verified. */
  licence: z.string().min(1).nullable(),
  /** Of the server with this model, in MiB, as its project states it; null: not verified. */
  memoryMiB: z.number().int().positive().nullable(),
  /** In how many public files revision, bytes and SHA-256 were found. */
  confidence: z.string().min(1),
});

const catalog = z.strictObject({
  version: z.literal(1),
  models: z.record(z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/, "is no model name: lower-case words"), model),
});

export type Model = z.infer<typeof model>;
/** Models by name. */
export type ModelCatalog = Readonly<Record<string, Model>>;

/** The catalog has faults; one line each in the message. */
export class ModelCatalogError extends Error {
  constructor(
    file: string,
    readonly faults: readonly string[],
  ) {
    super([`${file} cannot be used:`, ...faults.map((fault) => `  ${fault}`)].join("\n"));
  }
}

/** Names and models of a kind, in the catalog's order. */
export const modelsOf = (models: ModelCatalog, kind: ModelKind): [string, Model][] =>
  Object.entries(models).filter(([, one]) => one.kind === kind);

const roleFaults = (models: ModelCatalog, kind: ModelKind): string[] =>
  ROLES.flatMap((role) => {
    const names = modelsOf(models, kind).flatMap(([name, one]) => (one.role === role ? [name] : []));
    if (names.length === 1) return [];
    const found = names.length === 0 ? "no model" : names.join(", ");
    return [`models: ${found} of kind ${kind} has role ${role}; give it to exactly one`];
  });

function fileFaults(models: ModelCatalog): string[] {
  const owners = new Map<string, string>();
  return Object.entries(models).flatMap(([name, { kind, file, url }]) => {
    const faults = url.endsWith(`/${file}`) ? [] : [`models.${name}.url: "${url}" leads to another file than ${file}`];
    const owner = owners.get(`${kind} ${file}`);
    owners.set(`${kind} ${file}`, name);
    return owner === undefined ? faults : [...faults, `models.${name}.file: "${file}" is also that of ${owner}`];
  });
}

function readYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ModelCatalogError(file, [`(file): is no YAML: ${(error as Error).message.split("\n")[0]}`]);
  }
}

/** Checks the text of a catalog. `file` is its name in messages. @throws ModelCatalogError with every fault. */
export function parseModels(text: string, file = "catalogs/models.yaml"): ModelCatalog {
  const { success, data, error } = catalog.safeParse(readYaml(text, file));
  if (!success) {
    const faults = error.issues.map((issue) => `${issue.path.join(".") || "(file)"}: ${issue.message}`);
    throw new ModelCatalogError(file, faults);
  }
  const kinds = Object.keys(KINDS) as ModelKind[];
  const faults = [...fileFaults(data.models), ...kinds.flatMap((kind) => roleFaults(data.models, kind))];
  if (faults.length > 0) throw new ModelCatalogError(file, faults);
  return data.models;
}
