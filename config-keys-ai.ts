/** Config keys of the AI bundle; part of the table in config-keys.ts. */
import { z } from "zod";
import { KINDS, type ModelKind } from "./services/models";
import { SECRET_NAME } from "./services/user-secrets";
import * as values from "./config-values";
import type { Key } from "./config-keys";
import { FOR_OTHER_MACHINES, pastIngress } from "./config-names";

const GROUP = "AI bundle" as const;
const GPUS = ["none", "nvidia", "rocm", "vulkan"] as const;

const PROVIDER = z.strictObject({
  name: z
    .string("must be text")
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "is the name by which clients ask for it: letters, digits and . _ / -"),
  baseUrl: z.url({ protocol: /^https?$/, error: "must be the http or https URL of an OpenAI-compatible API" }),
  model: z.string("must be the name of the model there").min(1, "must be the name of the model there"),
  secret: z
    .string("must name the secret that holds the key")
    .regex(SECRET_NAME, "must name the secret that holds the key"),
});

const PROVIDER_EXAMPLE = `llmProviders '[{"name":"gpt","baseUrl":"https://api.example.org/v1","model":"gpt-x","secret":"PROVIDER_KEY"}]'`;

/** What names of files end with, by their format. */
const SUFFIX = { gguf: "gguf", ggml: "bin" } as const;

const modelKey = (description: string, example: string, notes?: string) => ({
  group: GROUP,
  description,
  parse: values.text,
  fallback: undefined,
  ...(notes === undefined ? {} : { notes }),
  example,
});

/** Keys of one model: name in the catalog, or the user's own file and URL. */
function modelKeys<P extends "llamaCpp" | "whisperCpp">(prefix: P, kind: ModelKind, what: string, tiny: string) {
  const { env, directory, format } = KINDS[kind];
  const key = `${prefix}Model` as const;
  const file = `my-model.${SUFFIX[format]}`;
  const counts = (variable: string): string =>
    `The environment variable \`${env}_${variable}\` counts where neither name, file nor URL is set.`;
  return {
    [key]: modelKey(`${what}: name in catalogs/models.yaml; unset: the default of its kind`, `${key} ${tiny}`),
    [`${key}File`]: modelKey(
      `${what}: file name of your own model, where its URL does not end with one`,
      `${key}File ${file}`,
      `Goes with \`${key}Url\`, unless the catalog has a model in a file of this name. A file that lies in ` +
        `\`dataDir/${directory}\` is not fetched. ${counts("FILE")}`,
    ),
    [`${key}Url`]: modelKey(
      `${what}: where your own model is fetched from, if it is not there yet`,
      `${key}Url https://models.example.org/${file}`,
      counts("URL"),
    ),
    [`${key}Sha256`]: modelKey(
      `${what}: SHA-256 that your own model must have`,
      `${key}Sha256 ${"0".repeat(64)}`,
      `Goes with \`${key}Url\` or \`${key}File\`: models of the catalog have their own.`,
    ),
  } as { readonly [K in `${P}Model${"" | "File" | "Url" | "Sha256"}`]: ModelKey };
}

type ModelKey = Omit<Key, "parse" | "fallback"> & {
  readonly parse: values.Parser<string>;
  readonly fallback: undefined;
};

const number = (description: string, fallback: string | undefined, example: string, least = 1) => ({
  group: GROUP,
  description,
  parse: values.wholeNumber(least),
  fallback,
  example,
});

const port = (description: string, example: string, reason: string, asks: string) => ({
  group: GROUP,
  description,
  parse: values.port,
  fallback: undefined,
  example,
  notes: `${reason} ${pastIngress(asks)}`,
});

export const AI_KEYS = {
  ...modelKeys("llamaCpp", "llama", "Language model", "smollm2-135m-instruct"),
  ...modelKeys("whisperCpp", "whisper", "Speech model", "whisper-tiny"),
  llamaContextSize: number("Tokens of context, shared by all slots", "4096", "llamaContextSize 8192", 256),
  llamaParallel: number("Requests that the language model answers at once", "2", "llamaParallel 4"),
  llamaThreads: number("Threads of the language model; unset: as many as it finds best", undefined, "llamaThreads 4"),
  llamaGpuLayers: number("Layers of the language model that are computed on the GPU", "999", "llamaGpuLayers 20", 0),
  whisperLanguage: {
    group: GROUP,
    description: "Language of recordings, two letters, or auto",
    parse: values.language,
    fallback: "auto",
    example: "whisperLanguage de",
  },
  whisperThreads: number("Threads of the speech model; unset: four", undefined, "whisperThreads 2"),
  gpu: {
    group: GROUP,
    description: "What computes the language model: none (the CPU), nvidia, rocm or vulkan",
    parse: values.oneOf(...GPUS),
    fallback: "none",
    example: "gpu nvidia",
  },
  llmProviders: {
    group: GROUP,
    description: "Hosted models behind the same endpoint: list of name, baseUrl, model, secret",
    parse: values.object(z.array(PROVIDER), PROVIDER_EXAMPLE),
    fallback: "[]",
    example: PROVIDER_EXAMPLE,
    notes:
      "JSON, or a list in the stack's file. All four fields are needed; `secret` is the name of the key in `secretsFile` or `secrets`.",
  },
  webuiAdminEmail: {
    group: GROUP,
    description: "Address by which the administrator of Open WebUI signs in",
    parse: values.text,
    fallback: "admin@localhost.local",
    example: "webuiAdminEmail me@example.org",
    notes:
      "The password is generated once, shown by `npm run up`, and kept in `dataDir/secrets/webui-admin-password/value`.",
  },
  openWebuiPort: port(
    "Port on the host for Open WebUI itself; unset: through the ingress only",
    "openWebuiPort 3000",
    FOR_OTHER_MACHINES,
    "its own login",
  ),
  llmProxyPort: port(
    "Port on the host for the OpenAI-compatible API itself; unset: through the ingress only",
    "llmProxyPort 4000",
    "For clients that take no path: others have the same at `/llm/v1` of the ingress.",
    "its key",
  ),
} as const;
