/** llm-proxy: LiteLLM before local and hosted models, without a database: its models are in a file, its one key is generated. */
import { stringify } from "yaml";
import type { LlmProvider } from "../../config";
import { healthPath, healthRoutesBy, type HealthRoute } from "../health";
import { upstreamUrl } from "../routes";
import { secretMounts, secretPath } from "../secret-files";
import type { NetworkName, PublishedPort, RenderedFile, ServiceSpec } from "../spec";
import { CHAT_MODEL, SECRETS, SPEECH_MODEL, type AiSettings } from "./settings";

const PORT = 4000;
/** As long as mcp-router waits: a model server that computes answers later than an idle one. */
const HEALTH_SECONDS = 4;
const CONFIG_DIRECTORY = "/etc/llm-proxy";

/** Name of the environment variable with a provider's key, by the provider's place in the list. */
const keyVariable = (index: number): string => `PROVIDER_${index + 1}_KEY`;

const providerModel = ({ name, baseUrl, model }: LlmProvider, index: number): object => ({
  model_name: name,
  litellm_params: { model: `openai/${model}`, api_base: baseUrl, api_key: `os.environ/${keyVariable(index)}` },
});

/**
 * The model servers are on a network of their own; here is where their health is asked. `auth: false` wants no key for it, and
 * no header of the client is passed on (PassThroughGenericEndpoint of litellm/proxy/_types.py; `forward_headers` is off).
 */
const passedHealth = ({ of, asks }: HealthRoute): object => ({
  path: healthPath(of),
  target: upstreamUrl(asks) + asks.path,
  methods: ["GET"],
  auth: false,
  timeout: HEALTH_SECONDS,
});

const proxyConfig = ({ llmProviders }: AiSettings): object => ({
  model_list: [
    {
      model_name: CHAT_MODEL,
      litellm_params: {
        model: `openai/${CHAT_MODEL}`,
        api_base: "http://llama-cpp:8080/v1",
        api_key: "os.environ/LLAMA_API_KEY",
        max_retries: 0,
      },
    },
    {
      model_name: SPEECH_MODEL,
      litellm_params: {
        model: `openai/${SPEECH_MODEL}`,
        api_base: "http://whisper-cpp:8080/v1",
        // whisper-server knows no keys; LiteLLM wants one.
        api_key: "none",
      },
      model_info: { mode: "audio_transcription" },
    },
    ...llmProviders.map(providerModel),
  ],
  // A local server that is down will not come back within seconds: measured, retries only delay the error by 14 to 26 s.
  litellm_settings: { drop_params: true, num_retries: 0, telemetry: false },
  general_settings: {
    master_key: "os.environ/LITELLM_MASTER_KEY",
    pass_through_endpoints: healthRoutesBy("llm-proxy").map(passedHealth),
  },
});

/** LiteLLM takes keys from its environment only; set here, they are in no description of the container. */
function startScript({ llmProviders }: AiSettings): string {
  const providers = llmProviders.map(
    ({ secret }, index) =>
      `export ${keyVariable(index)}="$(sed -n 's/^${secret}=//p' ${secretPath(SECRETS.providers)}/.env | tail -n 1)"`,
  );
  return [
    "#!/bin/sh",
    "set -eu",
    `export LITELLM_MASTER_KEY="$(cat ${secretPath(SECRETS.masterKey)}/key)"`,
    `export LLAMA_API_KEY="$(cat ${secretPath(SECRETS.llamaKey)}/value)"`,
    ...providers,
    `exec litellm --config ${CONFIG_DIRECTORY}/config.yaml --host 0.0.0.0 --port ${PORT}`,
    "",
  ].join("\n");
}

const files = (settings: AiSettings): RenderedFile[] => [
  { path: "config.yaml", content: stringify(proxyConfig(settings), { lineWidth: 0 }) },
  { path: "start.sh", content: startScript(settings), executable: true },
];

const published = ({ llmProxyPort, bindAddress }: AiSettings): PublishedPort[] =>
  llmProxyPort === undefined ? [] : [{ container: PORT, host: llmProxyPort, address: bindAddress }];

/** Outside it asks providers alone. */
const networks = ({ llmProviders, llmProxyPort }: AiSettings): NetworkName[] => [
  ...(["edge", "ai"] as const),
  ...(llmProviders.length > 0 || llmProxyPort !== undefined ? (["ai-outside"] as const) : []),
];

/** What to run as llm-proxy. */
export function llmProxyService(settings: AiSettings): ServiceSpec {
  const secrets = [SECRETS.masterKey, SECRETS.llamaKey, SECRETS.providers];
  return {
    name: "llm-proxy",
    image: "llm-proxy",
    entrypoint: ["/bin/sh", `${CONFIG_DIRECTORY}/start.sh`],
    command: [],
    environment: {
      HOME: "/tmp",
      LITELLM_MODE: "PRODUCTION",
      // Without it, prices are fetched from the internet at every start.
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      NO_DOCS: "True",
      NO_REDOC: "True",
    },
    networks: networks(settings),
    port: PORT,
    ports: published(settings),
    mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 256, mode: 0o1777 }],
    files: [{ target: CONFIG_DIRECTORY, files: files(settings) }],
    secrets: secretMounts(secrets),
    health: {
      // Neither curl nor wget is in the image.
      command: [
        "python3",
        "-c",
        `import urllib.request as r; r.urlopen("http://127.0.0.1:${PORT}/health/liveliness", timeout=4)`,
      ],
      intervalSeconds: 5,
      timeoutSeconds: 5,
      retries: 5,
      startPeriodSeconds: 60,
    },
    user: "65532:65532",
    readOnlyRoot: true,
    capabilities: [],
    // Measured: 280 to 400 MiB.
    memoryMiB: 1024,
    startSeconds: 300,
    stopSeconds: 10,
    init: true,
  };
}
