/** What shapes the AI bundle: plain data, made of config and catalogs. */
import type { Config } from "../../config";
import type { ModelChoice } from "../model-choice";

/** The part of the config that shapes the bundle. */
type AiConfig = Pick<
  Config,
  | "llamaContextSize"
  | "llamaParallel"
  | "llamaThreads"
  | "llamaGpuLayers"
  | "whisperLanguage"
  | "whisperThreads"
  | "gpu"
  | "llmProviders"
  | "auth"
  | "webuiAdminEmail"
  | "openWebuiPort"
  | "llmProxyPort"
  | "bindAddress"
  | "baseDomain"
  | "httpPort"
  | "httpsPort"
  | "tls"
  | "allowedOrigins"
>;

export interface AiSettings extends AiConfig {
  readonly llamaModel: ModelChoice;
  readonly whisperModel: ModelChoice;
  /** "uid:gid" that owns the data directories. */
  readonly dataUser: string;
}

/** Names by which clients of the proxy ask for the local models. */
export const CHAT_MODEL = "local-chat";
export const SPEECH_MODEL = "whisper-1";

/** Secrets that are generated once, by name. */
export const SECRETS = {
  masterKey: "llm-master-key",
  llamaKey: "llama-api-key",
  webuiKey: "webui-secret-key",
  adminPassword: "webui-admin-password",
  providers: "llm-env",
} as const;
