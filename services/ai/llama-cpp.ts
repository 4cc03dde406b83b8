/** llama-cpp: llama-server of llama.cpp with one local language model, OpenAI-compatible. */
import { KINDS } from "../models";
import { secretPath } from "../secret-files";
import type { ServiceSpec } from "../spec";
import { CHAT_MODEL, SECRETS, type AiSettings } from "./settings";

const PORT = 8080;
const MODELS = "/models";

const MIB = 1024 * 1024;
/** Slowest disk that is waited for, in MiB a second: a hard disk. The model is read once at start. */
const READ_RATE = 50;
const START_SECONDS = 60;
/** What the server needs beside model and context. Measured: up to 28 MiB; the rest is room for parallel requests. */
const OVERHEAD_MIB = 512;
/** Memory of a thousand tokens of context for models of up to 4 billion parameters, in MiB (16-bit keys and values). */
const CONTEXT_MIB = 160;

/** Hard limit in MiB: what the model's project states, else its size and the context's, rounded up. */
export function llamaMemoryMiB({ llamaModel: { bytes, memoryMiB }, llamaContextSize }: AiSettings): number {
  const context = Math.ceil((llamaContextSize / 1000) * CONTEXT_MIB);
  // Without a known size, as much as the larger model of the catalog needs.
  const model = memoryMiB ?? (bytes === undefined ? 4096 : Math.ceil(bytes / MIB));
  return model + context + OVERHEAD_MIB;
}

const startSeconds = ({ llamaModel: { bytes = 4096 * MIB } }: AiSettings): number =>
  START_SECONDS + Math.ceil(bytes / MIB / READ_RATE);

const optional = (flag: string, value: number | undefined): string[] =>
  value === undefined ? [] : [flag, String(value)];

function commandLine(settings: AiSettings): string[] {
  const { llamaModel, llamaContextSize, llamaParallel, llamaThreads, llamaGpuLayers, gpu } = settings;
  return [
    ...["--model", `${MODELS}/${llamaModel.file}`],
    ...["--alias", CHAT_MODEL],
    ...["--host", "0.0.0.0", "--port", String(PORT)],
    ...["--ctx-size", String(llamaContextSize)],
    ...["--parallel", String(llamaParallel)],
    ...optional("--threads", llamaThreads),
    ...(gpu === "none" ? [] : ["--n-gpu-layers", String(llamaGpuLayers)]),
    ...["--api-key-file", `${secretPath(SECRETS.llamaKey)}/value`],
    "--metrics",
    // Nothing but the API, and nothing from the internet.
    "--no-ui",
    "--offline",
  ];
}

/** What to run as llama-cpp. */
export function llamaCppService(settings: AiSettings): ServiceSpec {
  return {
    name: "llama-cpp",
    image: settings.gpu === "none" ? "llama-cpp" : `llama-cpp-${settings.gpu}`,
    // Named, because the published image's working directory is part of how it is found.
    entrypoint: ["/app/llama-server"],
    command: commandLine(settings),
    environment: { HOME: "/tmp" },
    networks: ["ai"],
    port: PORT,
    ports: [],
    mounts: [
      { kind: "data", path: KINDS.llama.directory, target: MODELS, readOnly: true },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 64, mode: 0o1777 },
    ],
    files: [],
    secrets: [{ secret: SECRETS.llamaKey, target: secretPath(SECRETS.llamaKey) }],
    health: {
      // 503 while the model is loaded.
      command: ["curl", "--fail", "--silent", "--output", "/dev/null", `http://127.0.0.1:${PORT}/health`],
      intervalSeconds: 2,
      timeoutSeconds: 5,
      retries: 3,
      startPeriodSeconds: startSeconds(settings),
    },
    // The device nodes of AMD and Vulkan belong to root and to groups whose numbers differ between hosts.
    user: ["rocm", "vulkan"].includes(settings.gpu) ? "0:0" : "65532:65532",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: llamaMemoryMiB(settings),
    startSeconds: startSeconds(settings),
    stopSeconds: 10,
    init: true,
    ...(settings.gpu === "none" ? {} : { gpu: settings.gpu }),
  };
}
