/** Config keys of the AI bundle; part of the table in config-keys.ts. */
import { z } from "zod";
import { SECRET_NAME } from "./services/user-secrets";
import * as values from "./config-values";
import type { Key } from "./config-keys";

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

/** Keys of one model: name in the catalog, or the user's own file and URL. */
const modelKeys = <P extends "llamaCpp" | "whisperCpp", E extends string>(
  prefix: P,
  env: E,
  what: string,
  tiny: string,
) =>
  ({
    [`${prefix}Model`]: {
      group: GROUP,
      description: `${what}: name in catalogs/models.yaml; unset: the default of its kind`,
      parse: values.text,
      fallback: undefined,
      example: `${prefix}Model ${tiny}`,
    },
    [`${prefix}ModelFile`]: {
      group: GROUP,
      description: `${what}: file name of your own model`,
      parse: values.text,
      fallback: undefined,
      notes: `The environment variable \`${env}_FILE\` counts where neither name, file nor URL is set.`,
      example: `${prefix}ModelFile my-model.bin`,
    },
    [`${prefix}ModelUrl`]: {
      group: GROUP,
      description: `${what}: where your own model is fetched from, if it is not there yet`,
      parse: values.text,
      fallback: undefined,
      notes: `The environment variable \`${env}_URL\` counts where neither name, file nor URL is set.`,
      example: `${prefix}ModelUrl https://models.example.org/my-model.bin`,
    },
    [`${prefix}ModelSha256`]: {
      group: GROUP,
      description: `${what}: SHA-256 that your own model must have`,
      parse: values.text,
      fallback: undefined,
      example: `${prefix}ModelSha256 ${"0".repeat(64)}`,
    },
  }) as { readonly [K in `${P}Model${"" | "File" | "Url" | "Sha256"}`]: ModelKey };

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

const port = (description: string, example: string) => ({
  group: GROUP,
  description,
  parse: values.port,
  fallback: undefined,
  example,
  notes:
    "Other machines need it: only browsers resolve `*.localhost`, and the ingress answers to names. Published on `bindAddress`.",
});

export const AI_KEYS = {
  ...modelKeys("llamaCpp", "LLAMA_CPP_MODEL", "Language model", "smollm2-135m-instruct"),
  ...modelKeys("whisperCpp", "WHISPER_CPP_MODEL", "Speech model", "tiny"),
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
  openWebuiPort: port("Port on the host for Open WebUI itself; unset: through the ingress only", "openWebuiPort 3000"),
  llmProxyPort: port(
    "Port on the host for the OpenAI-compatible API itself; unset: through the ingress only",
    "llmProxyPort 4000",
  ),
} as const;
