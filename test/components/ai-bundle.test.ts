import fs from "node:fs";
import path from "node:path";
import { AiBundle } from "../../components/ai-bundle";
import { NO_SECRETS } from "../../engines/files/user-secrets";
import { aiPlan } from "../../services/ai/plan";
import { parseModels } from "../../services/models";
import { aiOrder } from "../../services/start-order";
import { configOf } from "../support/config";
import { DATA_DIR, imageReference, upon } from "../support/foundation";

const models = parseModels(fs.readFileSync(path.join(__dirname, "../../catalogs/models.yaml"), "utf8"));
const IMAGES = ["llama-cpp", "whisper-cpp", "llm-proxy", "open-webui"];

function planned() {
  const { plan } = aiPlan(configOf(), { models, env: {}, secretNames: [], dataUser: "1000:1000" });
  if (plan === undefined) throw new Error("the default config has faults");
  return plan;
}

const bundle = () =>
  upon(({ foundation }) => {
    const plan = planned();
    const wanted = IMAGES.map((name) => ({ name, reference: imageReference(name) }));
    const copied = [
      { name: "llm-env", file: ".env", source: { file: "/nowhere/.env", config: NO_SECRETS }, names: [] },
    ];
    return new AiBundle("ai", {
      foundation,
      services: plan.services,
      models: plan.models,
      images: {
        source: "build",
        wanted,
        provider: (foundation.engine as never)["provider"],
        host: "unix:///run/engine.sock",
      },
      secrets: { generated: plan.generatedSecrets, copied },
      userSecrets: { file: "/nowhere/.env", config: NO_SECRETS },
    });
  });

describe("AiBundle", () => {
  it("is its networks, images, secrets, models and services, and nothing else", async () => {
    const { resources } = await bundle();
    expect(resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual(
      [
        ...[
          "AiBundle ai",
          "Network ai",
          "Network ai-outside",
          "Images ai-images",
          "Command ai-images-build",
          "Secrets ai-secrets",
          "Command ai-secrets-files",
        ],
        ...["llama-cpp", "whisper-cpp"].flatMap((name) => [
          `ModelDownload ${name}-model`,
          `Command ${name}-model-file`,
        ]),
        "Command ai-files",
        ...IMAGES.map((name) => `Container ${name}`),
      ].sort(),
    );
  });

  it("starts the servers after their models, and what asks them at once", async () => {
    const { resources } = await bundle();
    const after = (name: string): readonly string[] =>
      resources.find((one) => one.type.endsWith(":Container") && one.name === name)?.after ?? [];
    expect(after("llama-cpp").join(" ")).toContain("llama-cpp-model-file");
    expect(after("whisper-cpp").join(" ")).toContain("whisper-cpp-model-file");
    // What other programs are told is the same.
    for (const { spec, after: expected } of aiOrder(planned().services)) {
      const waits = after(spec.name).filter((name) => IMAGES.includes(name));
      expect([spec.name, waits]).toEqual([spec.name, expected.map(({ name }) => name).sort()]);
    }
  });

  it("keeps models and chats in directories of the stack's data", async () => {
    const { resources } = await bundle();
    const mounts = resources.flatMap(({ inputs }) => (inputs["mounts"] ?? []) as { source: string; target: string }[]);
    const data = mounts
      .filter(({ source }) => !/rendered|secrets/.test(source))
      .map(({ source, target }) => `${source}:${target}`);
    expect(data.sort()).toEqual([
      `${DATA_DIR}/llama-cpp/models:/models`,
      `${DATA_DIR}/openwebui:/app/backend/data`,
      `${DATA_DIR}/whisper-cpp/models:/models`,
    ]);
  });
});
