import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { dataDirectory } from "../../components/data-directory";
import { ModelDownload } from "../../components/model-download";
import { knownSecrets, NO_SECRETS } from "../../engines/files/user-secrets";
import type { ModelChoice } from "../../services/model-choice";
import { stdinOf } from "../support/foundation";
import { up, type Up } from "../support/up";

const HASH = "0123456789abcdef".repeat(4);
const choice: ModelChoice = {
  kind: "whisper",
  name: "whisper-base",
  file: "ggml-base.bin",
  url: "https://huggingface.co/a/ggml-base.bin",
  sha256: HASH,
  bytes: 5,
  licence: "MIT",
  memoryMiB: 388,
  token: "HF_TOKEN",
};

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), "model-download-"));
  writeFileSync(path.join(dataDir, ".env"), "HF_TOKEN=hf_secret\n");
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const upModel = (changes: Partial<ModelChoice> = {}, secrets = NO_SECRETS): Promise<Up<ModelDownload>> =>
  up(() => {
    const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };
    const dataReady = dataDirectory(dataDir, owner);
    const secretsFile = path.join(dataDir, ".env");
    const place = { choice: { ...choice, ...changes }, dataDir, secretsFile };
    return new ModelDownload("whisper-model", { ...place, dataReady, secrets });
  });
const generationOf = async (changes: Partial<ModelChoice> = {}): Promise<unknown> =>
  stdinOf((await upModel(changes)).resources, "whisper-model-file")["generation"];

/** Leaves a model as a run would. */
function leaveModel(): void {
  const target = path.join(dataDir, "whisper-cpp/models/ggml-base.bin");
  const work = path.join(path.dirname(target), ".download");
  mkdirSync(work, { recursive: true });
  writeFileSync(target, "model");
  const { size: bytes, mtimeMs } = statSync(target);
  const record = { sha256: HASH, url: choice.url, bytes, mtimeMs, generation: "kept" };
  writeFileSync(path.join(work, "ggml-base.bin.json"), JSON.stringify(record));
}

describe("ModelDownload", () => {
  it("is one command after the data directory, without a delete, so that destroy keeps the model", async () => {
    const { resources } = await upModel();

    const run = "node --require ./loader.js engines/models/main.ts";
    expect(resources.filter(({ name }) => !name.startsWith("data"))).toEqual([
      {
        type: "mcp-stack:components:ModelDownload",
        name: "whisper-model",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: { file: "ggml-base.bin", url: choice.url, sha256: HASH },
      },
      {
        type: "command:local:Command",
        name: "whisper-model-file",
        parent: "whisper-model",
        provider: undefined,
        after: ["data-owner"],
        inputs: { create: run, update: run, stdin: expect.any(String) as string },
      },
    ]);
  });

  it("tells its command what to fetch, and of the token only its name", async () => {
    const { resources } = await upModel();

    expect(stdinOf(resources, "whisper-model-file")).toEqual({
      url: choice.url,
      target: path.join(dataDir, "whisper-cpp/models/ggml-base.bin"),
      format: "ggml",
      sha256: HASH,
      bytes: 5,
      setting: "whisperCppModel",
      token: { file: path.join(dataDir, ".env"), name: "HF_TOKEN" },
      generation: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(JSON.stringify(resources)).not.toContain("hf_secret");
  });

  it("hands its generation to the server that mounts the file", async () => {
    const { resources, value } = await upModel();

    expect(value.files.generations).toEqual([stdinOf(resources, "whisper-model-file")["generation"]]);
    expect(value.files.ready.length).toBe(1);
  });

  it("does not run again while the model is as it was left, and does when it is not", async () => {
    leaveModel();
    expect(await generationOf()).toBe("kept");
    expect(await generationOf({ sha256: HASH.replace("0", "1") })).not.toBe("kept");
    expect(await generationOf({ file: "ggml-tiny.bin" })).not.toBe("kept");
    rmSync(path.join(dataDir, "whisper-cpp/models/ggml-base.bin"));
    expect(await generationOf()).not.toBe("kept");
  });

  it("has the token in what it is told where the stack's config has it, as a secret, and the same generation", async () => {
    leaveModel();
    const { resources, value } = await upModel({}, knownSecrets({ HF_TOKEN: "canary", OTHER: "elsewhere" }));
    const { stdin } = resources.find(({ name }) => name === "whisper-model-file")?.inputs ?? {};
    expect(pulumi.runtime.isRpcSecret(stdin)).toBe(true);
    expect(JSON.parse(pulumi.runtime.unwrapRpcSecret(stdin) as string)).toMatchObject({ token: { value: "canary" } });
    expect(value.files.generations).toEqual(["kept"]);
    expect(JSON.stringify(resources)).not.toContain("elsewhere");
  });
});
