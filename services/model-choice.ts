/** Which model a server gets: what config and environment ask for, held against the catalog. Pure. */
import { FILE_NAME, KINDS, modelsOf, SHA256, type Model, type ModelCatalog, type ModelKind } from "./models";

/** The config keys of one kind of model, by their last part: llamaCppModel, …File, …Url, …Sha256. */
export interface ModelSettings {
  /** Name in catalogs/models.yaml. */
  readonly model?: string;
  readonly file?: string;
  readonly url?: string;
  readonly sha256?: string;
}

/** A model that can be fetched. */
export interface ModelChoice {
  readonly kind: ModelKind;
  /** Name in the catalog; undefined: the user's own. */
  readonly name: string | undefined;
  /** Bare file name in the directory of its kind. */
  readonly file: string;
  readonly url: string;
  /** Undefined: the user's own, and none was set. */
  readonly sha256: string | undefined;
  readonly bytes: number | undefined;
  /** Undefined: not known. */
  readonly licence: string | undefined;
  /** Memory of the server with this model; undefined: not known, more than `bytes`. */
  readonly memoryMiB: number | undefined;
  /** Name of the secret that is sent to the URL's host as bearer token, if the user has one of it. */
  readonly token: string;
}

export interface ModelResult {
  /** Undefined when there are faults. */
  readonly choice: ModelChoice | undefined;
  /** One line each, naming the config key. */
  readonly faults: readonly string[];
}

type Part = "file" | "url" | "sha256";
const SUFFIX = { file: "File", url: "Url", sha256: "Sha256" } as const;

/** What is asked for, and how it is called in messages. */
interface Asked extends ModelSettings {
  readonly kind: ModelKind;
  readonly fault: (part: Part, why: string, set: string) => string;
}

/** Config is first: if it says anything about the model, the environment is not asked. */
function ask(kind: ModelKind, config: ModelSettings, env: Readonly<Record<string, string | undefined>>): Asked {
  const { setting, env: prefix } = KINDS[kind];
  const variables = { file: `${prefix}_FILE`, url: `${prefix}_URL` };
  const fromConfig = [config.model, config.file, config.url].some((value) => value !== undefined);
  const { file, url } = fromConfig
    ? config
    : { file: env[variables.file] || undefined, url: env[variables.url] || undefined };
  const asked = { ...config, file, url };
  const origin = (part: Part): string =>
    fromConfig || part === "sha256" ? "" : ` (environment variable ${variables[part]})`;
  const fault: Asked["fault"] = (part, why, set) =>
    `${setting}${SUFFIX[part]}: "${asked[part]}"${origin(part)} ${why}; ${set}`;
  return { ...asked, kind, fault };
}

/** Sent to huggingface.co under the name that its own tools use, to any other host under one of the kind. */
const tokenName = (kind: ModelKind, url: string): string =>
  new URL(url).hostname === "huggingface.co" ? "HF_TOKEN" : `${KINDS[kind].env}_TOKEN`;

const chosen = (kind: ModelKind, name: string, model: Model): ModelChoice => ({
  kind,
  name,
  file: model.file,
  url: model.url,
  sha256: model.sha256,
  bytes: model.bytes,
  licence: model.licence ?? undefined,
  memoryMiB: model.memoryMiB ?? undefined,
  token: tokenName(kind, model.url),
});

/** Last part of the URL's path, decoded; undefined: there is none, or no file name. */
function fileOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "") || undefined;
  } catch {
    return undefined;
  }
}

function urlFaults({ kind, url, file, fault }: Asked): string[] {
  if (url === undefined) return [];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    return [fault("url", "is no URL", "set https://…/FILE, the address of the file itself")];
  if (parsed.username !== "" || parsed.password !== "") {
    const secret = `put ${tokenName(kind, url)}=… into the secrets file instead`;
    return [`${KINDS[kind].setting}Url: holds a user name or password, which would be stored in the clear; ${secret}`];
  }
  const named = file ?? fileOf(url);
  if (named !== undefined && (file !== undefined || FILE_NAME.test(named))) return [];
  return [fault("url", "has no file name at its end", `set ${KINDS[kind].setting}File to the name that it gets`)];
}

function fileFaults({ kind, file, url, fault }: Asked, known: Model | undefined): string[] {
  const name = file ?? (url === undefined ? undefined : fileOf(url));
  const part = file === undefined ? "url" : "file";
  if (file !== undefined && !FILE_NAME.test(file))
    return [fault("file", "is no bare file name", "set letters, digits and . _ - + only, without a path")];
  if (name !== undefined && /-\d{5}-of-\d{5}\./.test(name))
    return [fault(part, "is one of several files of a model", "set a model that is a single file")];
  if (url === undefined && known === undefined) {
    const set = `set ${KINDS[kind].setting}Url too (a file that lies in its directory already is not fetched again)`;
    return [fault("file", "is no file of catalogs/models.yaml", set)];
  }
  return [];
}

function sha256Faults({ sha256, fault }: Asked): string[] {
  if (sha256 === undefined || SHA256.test(sha256.toLowerCase())) return [];
  const digits = /^[0-9a-f]*$/i.test(sha256) ? `has ${sha256.length} digits` : "is not hexadecimal";
  return [fault("sha256", digits, "set the 64 hexadecimal digits of the file's SHA-256")];
}

/** A model of the user's own; one that the catalog knows by its URL or file gets what the catalog knows. */
function own(asked: Asked, models: ModelCatalog): ModelResult {
  const { kind, url, file, sha256 } = asked;
  const entry = modelsOf(models, kind).find(([, one]) => (url === undefined ? one.file === file : one.url === url));
  const faults = [...urlFaults(asked), ...fileFaults(asked, entry?.[1]), ...sha256Faults(asked)];
  if (faults.length > 0) return { choice: undefined, faults };
  const known = entry === undefined ? undefined : chosen(kind, ...entry);
  const source = url ?? known?.url ?? "";
  const wanted = sha256?.toLowerCase() ?? known?.sha256;
  const unknown = { name: undefined, bytes: undefined, licence: undefined, memoryMiB: undefined };
  const facts =
    known !== undefined && known.sha256 === wanted ? known : { ...unknown, kind, token: tokenName(kind, source) };
  return { choice: { ...facts, url: source, file: file ?? fileOf(source) ?? "", sha256: wanted }, faults: [] };
}

/** A model of the catalog: the named one, or the default of its kind. */
function named({ kind, model, file, url, sha256, fault }: Asked, models: ModelCatalog): ModelResult {
  const { setting } = KINDS[kind];
  const all = modelsOf(models, kind);
  const entry = all.find(([name, { role }]) => (model === undefined ? role === "default" : name === model));
  const faults: string[] = [];
  if (entry === undefined) {
    const names = all.map(([name]) => name).join(", ");
    faults.push(`${setting}: "${model}" is no ${kind} model of catalogs/models.yaml; choose from ${names}`);
  }
  if (file !== undefined) faults.push(fault("file", `is set beside ${setting}`, "remove one of the two"));
  if (url !== undefined) faults.push(fault("url", `is set beside ${setting}`, "remove one of the two"));
  if (sha256 !== undefined)
    faults.push(
      fault("sha256", "is set for a model of the catalog, which has its own", `remove it or set ${setting}Url`),
    );
  return faults.length > 0 || entry === undefined
    ? { choice: undefined, faults }
    : { choice: chosen(kind, ...entry), faults: [] };
}

/**
 * Chooses the model of a kind: what config says, else the environment (…_FILE, …_URL), else the catalog's default. Never
 * throws for a bad value: all faults come back together.
 */
export function chooseModel(
  kind: ModelKind,
  config: ModelSettings,
  env: Readonly<Record<string, string | undefined>>,
  models: ModelCatalog,
): ModelResult {
  const asked = ask(kind, config, env);
  const isOwn = asked.model === undefined && (asked.file !== undefined || asked.url !== undefined);
  return isOwn ? own(asked, models) : named(asked, models);
}
