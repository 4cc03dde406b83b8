/** The AI bundle as people change it: another model, a hosted provider, host ports, recordings of all kinds. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { serveModels, type ModelServer } from "../support/model-server";
import { createStack, type TestStack } from "../support/stack";
import { tinyModels } from "../support/tiny-models";
import { tone } from "../support/tone";

jest.setTimeout(600_000);

let models: Awaited<ReturnType<typeof tinyModels>>;
let server: ModelServer;
let stack: TestStack;
let directory: string;
let ports: { webui: number; llm: number };

/** llama-server stands in for a provider: it wants a key, and its API is OpenAI's. */
const PROVIDER = { name: "hosted", baseUrl: "http://llama-cpp:8080/v1", model: "any", secret: "PROVIDER_KEY" };

/** The same model under another name, as a new version of it would be. */
const other = (): string => path.join(directory, "other-llama.gguf");
const config = (): Record<string, unknown> => ({
  servers: "time",
  bundles: "ai",
  llamaCppModelUrl: server.url(models.llama.file),
  whisperCppModelUrl: server.url(models.whisper.file),
  llamaContextSize: 16384,
  openWebuiPort: ports.webui,
  llmProxyPort: ports.llm,
});

beforeAll(async () => {
  models = await tinyModels();
  ports = { webui: await freePort(), llm: await freePort() };
  stack = await createStack({}, { prefix: "aiv" });
  directory = path.dirname(stack.stateDir);
  fs.copyFileSync(models.llama.file, other());
  server = await serveModels([models.llama.file, models.whisper.file, other()]);
  stack.configure(config());
  await stack.succeed("up");
});
afterAll(async () => {
  await stack.remove();
  await server.stop();
});

const secret = (file: string): string => fs.readFileSync(path.join(stack.dataDir, "secrets", file), "utf8");
const masterKey = (): string => secret("llm-master-key/key");
const llm = (route: string, init: RequestInit): Promise<Response> =>
  fetch(stack.url(`/llm/v1${route}`), {
    ...init,
    headers: { ...init.headers, Authorization: `Bearer ${masterKey()}` },
  });

/** What a model says to a question; the text of the error otherwise. */
async function chat(model = "local-chat"): Promise<string> {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Who are you?" }] });
  const answer = await llm("/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const text = await answer.text();
  if (answer.status !== 200) return text;
  return (JSON.parse(text) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? "";
}

const running = async (service: string): Promise<string> => {
  const [container] = await stack.containers(service);
  if (container === undefined) throw new Error(`${service} does not run`);
  return container.Id;
};

describe("a recording", () => {
  const convert = async (format: string): Promise<Buffer> =>
    execFileSync(
      "docker",
      ["exec", "-i", await running("whisper-cpp"), "ffmpeg", "-loglevel", "error", "-i", "-", "-f", format, "-"],
      { input: tone(2), maxBuffer: 10_000_000 },
    );

  it.each(["mp3", "ogg", "flac", "webm", "adts"])("is understood as %s", async (format) => {
    const form = new FormData();
    form.set("model", "whisper-1");
    form.set("file", new Blob([new Uint8Array(await convert(format))]), `tone.${format === "adts" ? "aac" : format}`);
    const answer = await llm("/audio/transcriptions", { method: "POST", body: form });
    expect(((await answer.json()) as { text?: string }).text?.trim()).toBe(models.whisper.answer.trim());
  });
});

describe("the host ports", () => {
  it("serve the endpoint of the models and Open WebUI", async () => {
    const headers = { Authorization: `Bearer ${masterKey()}` };
    expect((await fetch(`http://127.0.0.1:${ports.llm}/v1/models`, { headers })).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${ports.webui}/health`)).status).toBe(200);
  });
});

describe("Open WebUI's WebSocket", () => {
  it("opens through the ingress, and speaks first", async () => {
    const headers = {
      host: `webui.localhost:${stack.port}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const first = await new Promise<string>((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port: stack.port,
        path: "/ws/socket.io/?EIO=4&transport=websocket",
        headers,
      };
      const sent = http.get(options, ({ statusCode }) => reject(new Error(`no upgrade, but ${statusCode}`)));
      sent.once("error", reject);
      sent.once("upgrade", (response, socket, head) => {
        const read = (part: Buffer): void => (
          socket.destroy(),
          resolve(`${response.statusCode} ${part.toString("latin1")}`)
        );
        return head.length > 0 ? read(head) : void socket.once("data", read);
      });
    });
    expect(first).toMatch(/^101 .*0\{"sid":"/s);
  });
});

describe("a hosted provider", () => {
  it("answers at the same endpoint, with its key from the secrets file", async () => {
    fs.writeFileSync(path.join(directory, "env"), `PROVIDER_KEY=${secret("llama-api-key/value")}\n`);
    stack.configure({ ...config(), llmProviders: [PROVIDER] });
    await stack.succeed("up");
    expect((await chat("hosted")).trim()).toBe(models.llama.answer.trim());
    expect((await chat()).trim()).toBe(models.llama.answer.trim());
  });
});

describe("another model", () => {
  it("is fetched while the old one goes on answering, and replaces its server alone", async () => {
    const old = await running("llama-cpp");
    const proxy = await running("llm-proxy");
    const release = server.hold();
    stack.configure({ ...config(), llmProviders: [PROVIDER], llamaCppModelUrl: server.url(other()) });
    const update = stack.start("up");
    await eventually(async () => expect(server.asked).toContain(path.basename(other())), 120);
    expect((await chat()).trim()).toBe(models.llama.answer.trim());
    expect(await running("llama-cpp")).toBe(old);
    release();
    expect((await update.done).code).toBe(0);
    expect(await running("llama-cpp")).not.toBe(old);
    expect((await chat()).trim()).toBe(models.llama.answer.trim());
    expect(await running("llm-proxy")).toBe(proxy);
    expect(fs.readdirSync(path.join(stack.dataDir, "llama-cpp/models"))).toEqual(
      expect.arrayContaining([path.basename(models.llama.file), path.basename(other())]),
    );
  });
});
