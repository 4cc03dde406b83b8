import { DataDirectory } from "../../components/data-directory";
import { Secrets } from "../../components/secrets";
import { DATA_DIR, hostCommandInputs, stdinOf } from "../support/foundation";
import { up } from "../support/up";

const token = { name: "gateway-token", bytes: 32, files: { "authorization.conf": "Bearer {value}\n" } };
const env = { name: "gateway-env", file: ".env", source: "/nowhere/.env", names: ["GITHUB_TOKEN"] };

const secrets = () =>
  up(() => {
    const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };
    const { ready } = new DataDirectory("data", { dataDir: DATA_DIR, owner });
    return new Secrets("secrets", { dataDir: DATA_DIR, after: ready, generated: [token], copied: [env] });
  });

describe("Secrets", () => {
  it("are one command each, after the directory that they lie in", async () => {
    const { resources } = await secrets();

    const command = { type: "command:local:Command", parent: "secrets", provider: undefined, after: ["data-owner"] };
    expect(resources.filter(({ name }) => !name.startsWith("data"))).toEqual([
      { ...command, name: "secret-gateway-env", inputs: hostCommandInputs("copy") },
      { ...command, name: "secret-gateway-token", inputs: hostCommandInputs("secret") },
      {
        type: "mcp-stack:components:Secrets",
        name: "secrets",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: {},
      },
    ]);
  });

  it("tell their commands what to make, never a value", async () => {
    const { resources } = await secrets();

    const generation = expect.any(String) as string;
    expect(stdinOf(resources, "secret-gateway-token")).toEqual({ base: DATA_DIR, ...token, generation });
    expect(stdinOf(resources, "secret-gateway-env")).toEqual({ base: DATA_DIR, ...env, generation });
  });

  it("give the generations of the named ones, in their order", async () => {
    const { resources, value } = await secrets();

    const generations = ["gateway-env", "gateway-token"].map(
      (name) => stdinOf(resources, `secret-${name}`)["generation"],
    );
    expect(value.files(["gateway-env", "gateway-token"]).generations).toEqual(generations);
    expect(value.files([])).toEqual({ ready: [], generations: [] });
  });

  it("say where to declare a secret that a service mounts but nobody makes", async () => {
    const { value } = await secrets();

    expect(() => value.files(["db-password"])).toThrow(
      new Error("secret db-password is mounted, but index.ts declares no such secret; add it there"),
    );
  });
});
