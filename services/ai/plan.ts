/** The AI bundle as services, from config and catalogs: pure. */
import type { Config } from "../../config";
import { chooseModel, type ModelChoice } from "../model-choice";
import type { ModelCatalog } from "../models";
import { withOverride } from "../overrides";
import type { ServiceSpec } from "../spec";
import { setSecretCommand } from "../user-secrets";
import { llamaCppService } from "./llama-cpp";
import { llmProxyService } from "./llm-proxy";
import { openWebuiService } from "./open-webui";
import { SECRETS, type AiSettings } from "./settings";
import { whisperCppService } from "./whisper-cpp";

export interface AiServices {
  readonly llama: ServiceSpec;
  readonly whisper: ServiceSpec;
  readonly proxy: ServiceSpec;
  readonly webui: ServiceSpec;
}

/** A secret that is generated once; see engines/files/layout.ts. */
interface GeneratedSecret {
  readonly name: string;
  readonly bytes: number;
  readonly files: Readonly<Record<string, string>>;
}

export interface AiPlan {
  readonly services: AiServices;
  readonly models: { readonly llama: ModelChoice; readonly whisper: ModelChoice };
  readonly generatedSecrets: readonly GeneratedSecret[];
  /** Names of the user's secrets that llm-proxy gets. */
  readonly providerSecrets: readonly string[];
  /** What a preview should warn of. */
  readonly warnings: readonly string[];
}

export interface AiResult {
  /** Undefined when there are faults. */
  readonly plan: AiPlan | undefined;
  readonly faults: readonly string[];
}

/** What the plan is made from, besides the config. */
export interface AiSources {
  readonly models: ModelCatalog;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of the user's secrets that have a value. */
  readonly secretNames: readonly string[];
  /** "uid:gid" that owns the data directories. */
  readonly dataUser: string;
}

const GENERATED: readonly GeneratedSecret[] = [
  // LiteLLM wants its key to begin so.
  { name: SECRETS.masterKey, bytes: 32, files: { key: "sk-{value}" } },
  { name: SECRETS.llamaKey, bytes: 32, files: {} },
  { name: SECRETS.webuiKey, bytes: 32, files: {} },
  // 16 bytes: 22 characters that a person can still type.
  { name: SECRETS.adminPassword, bytes: 16, files: {} },
];

const MIB = 1024 * 1024;

function providerFaults({ llmProviders }: Config, secretNames: readonly string[]): string[] {
  const missing = llmProviders.filter(({ secret }) => !secretNames.includes(secret));
  const repeated = llmProviders.filter(
    ({ name }, index) => llmProviders.findIndex((one) => one.name === name) !== index,
  );
  return [
    ...missing.map(
      ({ name, secret }) =>
        `llmProviders: "${name}" has no key: "${secret}" has no value; add the line ${secret}=VALUE to the file of config secretsFile, or ${setSecretCommand(secret)}`,
    ),
    ...repeated.map(
      ({ name }) => `llmProviders: "${name}" is listed more than once; give every model a name of its own`,
    ),
  ];
}

/** A server whose limit is below its model's size reads it from disk again and again, or is killed. */
function memoryWarnings(spec: ServiceSpec, { file, bytes }: ModelChoice): string[] {
  if (bytes === undefined || spec.memoryMiB * MIB > bytes) return [];
  const size = Math.ceil(bytes / MIB);
  return [
    `overrides.${spec.name}.memoryMiB: ${spec.memoryMiB} MiB is less than the model ${file} (${size} MiB); ` +
      `it would be slow or be killed. Give it more, or choose a smaller model`,
  ];
}

function chosenModels(config: Config, { models, env }: AiSources) {
  const { llamaCppModel, llamaCppModelFile, llamaCppModelUrl, llamaCppModelSha256 } = config;
  const { whisperCppModel, whisperCppModelFile, whisperCppModelUrl, whisperCppModelSha256 } = config;
  const llama = { model: llamaCppModel, file: llamaCppModelFile, url: llamaCppModelUrl, sha256: llamaCppModelSha256 };
  const whisper = {
    model: whisperCppModel,
    file: whisperCppModelFile,
    url: whisperCppModelUrl,
    sha256: whisperCppModelSha256,
  };
  return { llama: chooseModel("llama", llama, env, models), whisper: chooseModel("whisper", whisper, env, models) };
}

/** Plans the bundle; every fault comes back together. */
export function aiPlan(config: Config, sources: AiSources): AiResult {
  const { llama, whisper } = chosenModels(config, sources);
  const faults = [...llama.faults, ...whisper.faults, ...providerFaults(config, sources.secretNames)];
  if (llama.choice === undefined || whisper.choice === undefined || faults.length > 0)
    return { plan: undefined, faults };
  const { dataUser } = sources;
  const settings: AiSettings = { ...config, dataUser, llamaModel: llama.choice, whisperModel: whisper.choice };
  const changed = (spec: ServiceSpec): ServiceSpec => withOverride(spec, config.overrides[spec.name]);
  const services = {
    llama: changed(llamaCppService(settings)),
    whisper: changed(whisperCppService(settings)),
    proxy: changed(llmProxyService(settings)),
    webui: changed(openWebuiService(settings)),
  };
  const warnings = [
    ...memoryWarnings(services.llama, llama.choice),
    ...memoryWarnings(services.whisper, whisper.choice),
  ];
  const models = { llama: llama.choice, whisper: whisper.choice };
  const providerSecrets = [...new Set(config.llmProviders.map(({ secret }) => secret))];
  return { plan: { services, models, generatedSecrets: GENERATED, providerSecrets, warnings }, faults: [] };
}
