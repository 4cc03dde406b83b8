/** whisper-cpp: whisper-server of whisper.cpp with one local speech model, at OpenAI's path for transcriptions. */
import { KINDS } from "../models";
import type { ServiceSpec } from "../spec";
import type { AiSettings } from "./settings";

const PORT = 8080;
const MODELS = "/models";
const MIB = 1024 * 1024;
/** As the project states it for its models: 2 to 4 times the file for small ones; and ffmpeg beside the server. */
const MEMORY_FACTOR = 3;
const OVERHEAD_MIB = 512;

const memoryMiB = ({ whisperModel: { bytes = 1600 * MIB, memoryMiB: stated } }: AiSettings): number =>
  (stated ?? Math.ceil((bytes / MIB) * MEMORY_FACTOR)) + OVERHEAD_MIB;

function commandLine({ whisperModel, whisperLanguage, whisperThreads }: AiSettings): string[] {
  return [
    ...["--model", `${MODELS}/${whisperModel.file}`],
    ...["--host", "0.0.0.0", "--port", String(PORT)],
    ...["--inference-path", "/v1/audio/transcriptions"],
    // By ffmpeg, from whatever the client records; the server itself only reads WAV.
    ...["--convert", "--tmp-dir", "/tmp"],
    ...["--language", whisperLanguage],
    ...(whisperThreads === undefined ? [] : ["--threads", String(whisperThreads)]),
  ];
}

/** What to run as whisper-cpp. It has no keys, and is reached by llm-proxy only. */
export function whisperCppService(settings: AiSettings): ServiceSpec {
  return {
    name: "whisper-cpp",
    image: "whisper-cpp",
    // The published image's own entry point is a shell.
    entrypoint: ["/app/build/bin/whisper-server"],
    command: commandLine(settings),
    environment: { HOME: "/tmp" },
    networks: ["ai"],
    port: PORT,
    ports: [],
    mounts: [
      { kind: "data", path: KINDS.whisper.directory, target: MODELS, readOnly: true },
      // Recordings while they are converted: an hour of speech is 110 MiB as WAV.
      { kind: "tmpfs", target: "/tmp", sizeMiB: 256, mode: 0o1777 },
    ],
    files: [],
    secrets: [],
    health: {
      command: ["curl", "--fail", "--silent", "--output", "/dev/null", `http://127.0.0.1:${PORT}/health`],
      intervalSeconds: 2,
      timeoutSeconds: 5,
      retries: 3,
      startPeriodSeconds: 60,
    },
    user: "65532:65532",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: memoryMiB(settings),
    startSeconds: 120,
    stopSeconds: 10,
    init: true,
  };
}
