/** The models that other tests use, in the real servers. Needs an engine; builds the servers' images if they are missing. */
import { randomBytes } from "node:crypto";
import path from "node:path";
import type Docker from "dockerode";
import { builtReference, CACHE, ensureImages } from "../../engines/images/build";
import { connect } from "../../engines/images/engine";
import { readLock } from "../../engines/images/lock";
import { eventually } from "../support/eventually";
import { tinyModels, type TinyModel } from "../support/tiny-models";
import { tone } from "../support/tone";

// The images, when they are not there yet.
jest.setTimeout(15 * 60_000);

const docker: Docker = connect();
const lock = readLock();
const containers: Docker.Container[] = [];

beforeAll(() => ensureImages({ docker, lock, cache: CACHE, sink: process.stderr }, ["llama-cpp", "whisper-cpp"]));
afterAll(() => Promise.all(containers.map((container) => container.remove({ force: true }))));

/** Starts a server with a model, hardened as the stack's are; gives its URL once it is healthy. */
async function serve(image: string, model: TinyModel, args: readonly string[]): Promise<string> {
  const file = path.basename(model.file);
  const container = await docker.createContainer({
    name: `mcp-stack-test-${image}-${randomBytes(4).toString("hex")}`,
    Image: builtReference(lock, image),
    Cmd: ["--model", `/models/${file}`, "--host", "0.0.0.0", "--port", "8080", ...args],
    User: "12345:12345",
    ExposedPorts: { "8080/tcp": {} },
    HostConfig: {
      Binds: [`${path.dirname(model.file)}:/models:ro`],
      PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "" },
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
    },
  });
  containers.push(container);
  await container.start();
  const ports = (await container.inspect()).NetworkSettings.Ports["8080/tcp"];
  const url = `http://127.0.0.1:${ports?.[0]?.HostPort}`;
  await eventually(async () => {
    const health = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) });
    expect(await health.json()).toEqual({ status: "ok" });
  });
  return url;
}

describe("llama-server with the tiny model", () => {
  let url: string;
  let answer: string;

  const chat = (body: object): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "Is this a tiny model? 🦙" }], ...body }),
    });

  beforeAll(async () => {
    const { llama } = await tinyModels();
    url = await serve("llama-cpp", llama, ["--alias", "tiny", "--ctx-size", "32768"]);
    answer = llama.answer;
  });

  it("lists it", async () => {
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(["tiny"]);
  });

  it.each([0, 0.8, 1.5])("chats at temperature %d", async (temperature) => {
    const { choices, usage } = (await (await chat({ temperature })).json()) as {
      choices: object[];
      usage: { completion_tokens: number };
    };
    expect(choices).toEqual([{ index: 0, finish_reason: "stop", message: { role: "assistant", content: answer } }]);
    expect(usage.completion_tokens).toBe(8);
  });

  it("streams the answer token by token", async () => {
    const lines = (await (await chat({ stream: true })).text())
      .split("\n")
      .filter((line) => line.startsWith("data: {"));
    const pieces = lines.map((line) => JSON.parse(line.slice("data: ".length)) as { choices: [{ delta: object }] });
    const words = answer.match(/ \S+/g) ?? [];
    expect(pieces.map(({ choices }) => choices[0].delta)).toEqual([
      { role: "assistant", content: null },
      ...words.map((content) => ({ content })),
      {},
    ]);
  });
});

describe("whisper-server with the tiny model", () => {
  let url: string;
  let answer: string;

  beforeAll(async () => {
    const { whisper } = await tinyModels();
    const args = ["--inference-path", "/v1/audio/transcriptions", "--convert", "--tmp-dir", "/tmp"];
    url = await serve("whisper-cpp", whisper, args);
    answer = whisper.answer;
  });

  const transcribe = async (seconds: number, fields: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const form = new FormData();
    form.set("file", new Blob([new Uint8Array(tone(seconds))]), "tone.wav");
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return (await fetch(`${url}/v1/audio/transcriptions`, { method: "POST", body: form })).json();
  };

  it.each<[string, Record<string, string>]>([
    ["by default", {}],
    ["without times", { no_timestamps: "true" }],
    ["in a language that it finds", { language: "auto" }],
    ["after a prompt", { prompt: "Hello there." }],
  ])("transcribes %s", async (_, fields) => {
    expect(await transcribe(2, fields)).toEqual({ text: answer });
  });

  it("hears the same in every half minute", async () => {
    expect(await transcribe(40)).toEqual({ text: answer + answer });
  });
});
