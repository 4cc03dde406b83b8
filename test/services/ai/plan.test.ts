import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { aiPlan, type AiPlan } from "../../../services/ai/plan";
import { parseModels } from "../../../services/models";
import type { ServiceSpec } from "../../../services/spec";
import { configOf } from "../../support/config";

const models = parseModels(fs.readFileSync(path.join(__dirname, "../../../catalogs/models.yaml"), "utf8"));

const plan = (set: Record<string, string> = {}, secretNames: string[] = [], env: Record<string, string> = {}) =>
  aiPlan(configOf(set), { models, env, secretNames, dataUser: "1234:1234" });

const good = (set: Record<string, string> = {}, secretNames: string[] = []): AiPlan => {
  const { plan: found, faults } = plan(set, secretNames);
  if (found === undefined) throw new Error(faults.join("\n"));
  return found;
};

const fileOf = (spec: ServiceSpec, name: string): string =>
  spec.files.flatMap(({ files }) => files).find((file) => file.path === name)?.content ?? "";

const option = ({ command }: ServiceSpec, flag: string): string | undefined => command[command.indexOf(flag) + 1];

const PROVIDER = { name: "gpt", baseUrl: "https://api.example.org/v1", model: "gpt-x", secret: "PROVIDER_KEY" };
const providers = (...all: object[]): Record<string, string> => ({ llmProviders: JSON.stringify(all) });

describe("the AI bundle", () => {
  it("is four services; only the two that people use are where the ingress is", () => {
    const services = Object.values(good().services);
    expect(Object.fromEntries(services.map(({ name, networks }) => [name, networks]))).toEqual({
      "llama-cpp": ["ai"],
      "whisper-cpp": ["ai"],
      "llm-proxy": ["edge", "ai"],
      "open-webui": ["edge", "ai", "ai-outside"],
    });
    expect(services.flatMap(({ ports }) => ports)).toEqual([]);
  });

  it("has the catalog's default models, unless others are chosen", () => {
    const { llama, whisper } = good().models;
    expect([models[llama.name ?? ""]?.role, models[whisper.name ?? ""]?.role]).toEqual(["default", "default"]);
    const chosen = good({ llamaCppModel: "smollm2-135m-instruct" });
    expect(option(chosen.services.llama, "--model")).toBe("/models/SmolLM2-135M-Instruct-Q4_K_M.gguf");
  });

  it("takes file and URL from the environment where config says nothing", () => {
    const url = "https://models.example.org/mine.gguf";
    expect(plan({}, [], { LLAMA_CPP_MODEL_URL: url }).plan?.models.llama).toMatchObject({ url, file: "mine.gguf" });
  });

  it("publishes ports of its own where they are asked for, on the address of the ingress", () => {
    const { webui, proxy } = good({ openWebuiPort: "3000", llmProxyPort: "4000", bindAddress: "10.0.0.1" }).services;
    expect(webui.ports).toEqual([{ container: 8080, host: 3000, address: "10.0.0.1" }]);
    expect(proxy.ports).toEqual([{ container: 4000, host: 4000, address: "10.0.0.1" }]);
  });

  it("names every fault at once", () => {
    const set = {
      llamaCppModel: "huge",
      whisperCppModelUrl: "https://models.example.org/",
      ...providers(PROVIDER, PROVIDER),
    };
    const { plan: none, faults } = plan(set);
    expect(none).toBeUndefined();
    expect(faults).toEqual([
      expect.stringMatching(/^llamaCppModel: "huge" /),
      expect.stringMatching(/^whisperCppModelUrl: .* has no file name at its end/),
      ...Array<unknown>(2).fill(
        expect.stringMatching(
          /^llmProviders: "gpt" has no key: .* add the line PROVIDER_KEY=VALUE to the file of config secretsFile, or pulumi config set --secret --path secrets\.PROVIDER_KEY$/,
        ),
      ),
      'llmProviders: "gpt" is listed more than once; give every model a name of its own',
    ]);
  });

  it("warns of a memory limit that is smaller than the model", () => {
    expect(good().warnings).toEqual([]);
    const overrides = JSON.stringify({ "llama-cpp": { memoryMiB: 100 } });
    expect(good({ overrides }).warnings).toEqual([
      expect.stringMatching(/^overrides\.llama-cpp\.memoryMiB: 100 MiB is less than the model .* \(\d+ MiB\)/),
    ]);
  });

  it("has no secret in any description: only files that hold them, and scripts that read those", () => {
    const { services, generatedSecrets } = good(providers(PROVIDER), ["PROVIDER_KEY"]);
    const all: ServiceSpec[] = Object.values(services);
    const mounted = all.flatMap(({ secrets }) => secrets.map(({ secret }) => secret));
    expect([...new Set(mounted)].sort()).toEqual([...generatedSecrets.map(({ name }) => name), "llm-env"].sort());
    const variables = all.flatMap(({ environment }) => Object.keys(environment));
    expect(variables.filter((name) => /KEY|PASSWORD|TOKEN/.test(name))).toEqual([]);
  });
});

describe("llama-cpp", () => {
  it("asks for a key, serves metrics, and fetches nothing", () => {
    const { command } = good().services.llama;
    expect(command).toEqual(
      expect.arrayContaining(["--api-key-file", "/run/secrets/llama-api-key/value", "--metrics", "--offline"]),
    );
  });

  it("has the context, slots and threads that are set", () => {
    const { llama } = good({ llamaContextSize: "8192", llamaParallel: "4", llamaThreads: "6" }).services;
    expect([option(llama, "--ctx-size"), option(llama, "--parallel"), option(llama, "--threads")]).toEqual([
      "8192",
      "4",
      "6",
    ]);
    expect(good().services.llama.command).not.toContain("--threads");
  });

  it("gets more time to start and more memory for a larger model", () => {
    const [small, large] = ["smollm2-135m-instruct", "qwen3-4b-instruct-2507"].map(
      (llamaCppModel) => good({ llamaCppModel }).services.llama,
    );
    expect(large?.startSeconds).toBeGreaterThan(small?.startSeconds ?? 0);
    expect(large?.memoryMiB).toBeGreaterThan(2497280736 / 1024 / 1024);
  });

  it.each([
    ["none", "llama-cpp", undefined],
    ["nvidia", "llama-cpp-nvidia", "nvidia"],
    ["rocm", "llama-cpp-rocm", "rocm"],
    ["vulkan", "llama-cpp-vulkan", "vulkan"],
  ])("with gpu %s runs the image %s", (gpu, image, wanted) => {
    const { llama } = good({ gpu, llamaGpuLayers: "20" }).services;
    expect([llama.image, llama.gpu]).toEqual([image, wanted]);
    expect(option(llama, "--n-gpu-layers") === "20").toBe(gpu !== "none");
  });
});

describe("llm-proxy", () => {
  const configOfProxy = (set: Record<string, string> = {}, names: string[] = []) =>
    parseYaml(fileOf(good(set, names).services.proxy, "config.yaml")) as {
      model_list: { model_name: string; litellm_params: object }[];
    };

  it("offers the local models, and hosted ones beside them", () => {
    const { model_list: list } = configOfProxy(providers(PROVIDER), ["PROVIDER_KEY"]);
    expect(list.map(({ model_name: name }) => name)).toEqual(["local-chat", "whisper-1", "gpt"]);
    expect(list[2]?.litellm_params).toEqual({
      model: "openai/gpt-x",
      api_base: "https://api.example.org/v1",
      api_key: "os.environ/PROVIDER_1_KEY",
    });
  });

  it("reads the key of a provider from the secrets file by its name", () => {
    const { services, providerSecrets } = good(providers(PROVIDER), ["PROVIDER_KEY"]);
    expect(providerSecrets).toEqual(["PROVIDER_KEY"]);
    expect(fileOf(services.proxy, "start.sh")).toContain("s/^PROVIDER_KEY=//p' /run/secrets/llm-env/.env");
  });
});

/** The tool servers that its start script hands to a program in its place, which prints them. */
function connectionsOf(spec: ServiceSpec): unknown {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "open-webui-test-"));
  try {
    for (const { secret } of spec.secrets) {
      fs.mkdirSync(path.join(directory, secret));
      for (const file of ["value", "key"]) fs.writeFileSync(path.join(directory, secret, file), "the-token_1");
    }
    fs.writeFileSync(path.join(directory, "uvicorn"), '#!/bin/sh\nprintf %s "$TOOL_SERVER_CONNECTIONS"\n', {
      mode: 0o755,
    });
    const script = fileOf(spec, "start.sh").replaceAll("/run/secrets", directory).replace("/app/backend", directory);
    const env = { ...spec.environment, PATH: `${directory}:${process.env["PATH"]}` };
    return JSON.parse(execFileSync("/bin/sh", ["-c", script], { encoding: "utf8", env }));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

describe("open-webui", () => {
  it("has the stack's MCP servers as tools, by way of the router", () => {
    const { environment } = good().services.webui;
    expect(JSON.parse(environment["TOOL_SERVER_CONNECTIONS"] ?? "")).toMatchObject([
      { type: "mcp", url: "http://mcp-router:8080/mcp", info: { id: "mcp-gateway" } },
      { type: "mcp", url: "http://mcp-router:8080/mcp/nixos", info: { id: "mcp-nixos" } },
    ]);
  });

  it("signs in at the router where clients have to, with a token that is in no description of the container", () => {
    const spec = good({ auth: "token" }).services.webui;
    expect(spec.secrets).toContainEqual({
      secret: "mcp-services-token",
      target: "/run/secrets/mcp-services-token",
    });
    expect(connectionsOf(spec)).toMatchObject([
      { url: "http://mcp-router:8080/mcp", auth_type: "bearer", key: "the-token_1" },
      { url: "http://mcp-router:8080/mcp/nixos", auth_type: "bearer", key: "the-token_1" },
    ]);
    expect(good().services.webui.secrets.map(({ secret }) => secret)).not.toContain("mcp-services-token");
    expect(connectionsOf(good().services.webui)).toMatchObject([{ auth_type: "none", key: "" }, { auth_type: "none" }]);
  });

  it("lets nobody sign up, believes its environment and fetches nothing", () => {
    expect(good({ webuiAdminEmail: "me@example.org" }).services.webui.environment).toMatchObject({
      ENABLE_SIGNUP: "false",
      ENABLE_PERSISTENT_CONFIG: "false",
      OFFLINE_MODE: "true",
      WEBUI_ADMIN_EMAIL: "me@example.org",
      WEBUI_URL: "http://webui.localhost:8811",
    });
  });

  it("runs as the owner of its data, on a read-only root", () => {
    expect(good().services.webui).toMatchObject({ user: "1234:1234", readOnlyRoot: true, capabilities: [] });
  });

  it("offers chat models only, and all of them also to users who are no administrators", () => {
    const { environment } = good(providers(PROVIDER), ["PROVIDER_KEY"]).services.webui;
    expect(JSON.parse(environment["OPENAI_API_CONFIGS"] ?? "")).toEqual({
      "0": { enable: true, model_ids: ["local-chat", "gpt"] },
    });
    expect(environment["BYPASS_MODEL_ACCESS_CONTROL"]).toBe("true");
  });

  it("takes WebSockets from its own pages only", () => {
    const { environment } = good({ openWebuiPort: "3000", allowedOrigins: "https://chat.example.org" }).services.webui;
    expect(environment["CORS_ALLOW_ORIGIN"]).toBe(
      "http://webui.localhost:8811;http://localhost:3000;http://127.0.0.1:3000;https://chat.example.org",
    );
  });
});
