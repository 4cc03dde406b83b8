import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { dataDirectory } from "../../components/data-directory";
import { Secrets } from "../../components/secrets";
import { knownSecrets, NO_SECRETS } from "../../engines/files/user-secrets";
import { DATA_DIR, hostCommandInputs, stdinOf } from "../support/foundation";
import { up, valueOf } from "../support/up";

const token = { name: "gateway-token", bytes: 32, files: { "authorization.conf": "Bearer {value}\n" } };
const env = {
  name: "gateway-env",
  file: ".env",
  source: { file: "/nowhere/.env", config: NO_SECRETS },
  names: ["GITHUB_TOKEN"],
};

const secrets = () =>
  up(() => {
    const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };
    const ready = dataDirectory(DATA_DIR, owner);
    return new Secrets("secrets", { dataDir: DATA_DIR, after: ready, generated: [token], copied: [env] });
  });

describe("Secrets", () => {
  it("are one command, after the directory that they lie in", async () => {
    const { resources } = await secrets();

    const command = { type: "command:local:Command", parent: "secrets", provider: undefined, after: ["data-owner"] };
    expect(resources.filter(({ name }) => !name.startsWith("data"))).toEqual([
      {
        type: "mcp-stack:components:Secrets",
        name: "secrets",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: {},
      },
      { ...command, name: "secrets-files", inputs: hostCommandInputs("secrets") },
    ]);
  });

  it("tell their command what to make, never a value", async () => {
    const { resources } = await secrets();

    const generation = expect.any(String) as string;
    expect(stdinOf(resources, "secrets-files")).toEqual({
      base: DATA_DIR,
      generated: [{ ...token, generation }],
      // The path alone, where the config has none of them.
      copied: [{ ...env, source: env.source.file, generation }],
    });
  });

  it("give the generations of the named ones, in their order", async () => {
    const { resources, value } = await secrets();

    const plans = stdinOf(resources, "secrets-files") as Record<string, { generation: string }[]>;
    const generations = [plans["copied"], plans["generated"]].map((of) => of?.[0]?.generation);
    expect(value.files(["gateway-env", "gateway-token"]).generations).toEqual(generations);
    expect(value.files(["gateway-env", "gateway-token"]).ready).toHaveLength(1);
    expect(value.files([])).toEqual({ ready: [], generations: [] });
  });

  it("become an output of the stack as a secret", async () => {
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-secrets-"));
    const { value } = await up(() => {
      const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };
      const ready = dataDirectory(dataDir, owner);
      const made = new Secrets("secrets", { dataDir, after: ready, generated: [token], copied: [] });
      expect(() => made.output("db-password", "value")).toThrow(
        new Error("secret db-password is an output, but nobody makes it"),
      );
      return made;
    });
    // As the command leaves it, which the mocks do not run.
    fs.mkdirSync(path.join(dataDir, "secrets/gateway-token"), { recursive: true });
    fs.writeFileSync(path.join(dataDir, "secrets/gateway-token/value"), "w");
    const output = value.output("gateway-token", "value");
    expect(await pulumi.isSecret(output)).toBe(true);
    expect(await valueOf(output)).toBe("w");
    fs.rmSync(dataDir, { recursive: true });
    expect(await valueOf(value.output("gateway-token", "value"))).toBeUndefined();
  });

  it("say where to declare a secret that a service mounts but nobody makes", async () => {
    const { value } = await secrets();

    expect(() => value.files(["db-password"])).toThrow(
      new Error("secret db-password is mounted, but index.ts declares no such secret; add it there"),
    );
  });

  it("of the core are mounted by services of a bundle beside the bundle's own", async () => {
    const { value } = await up(() => {
      const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };
      const after = dataDirectory(DATA_DIR, owner);
      const of = (name: string) => ({
        dataDir: DATA_DIR,
        after,
        copied: [],
        generated: [{ name, bytes: 32, files: {} }],
      });
      const shared = new Secrets("secrets", of("mcp-services-token"));
      return { shared, own: new Secrets("ai-secrets", { ...of("webui-secret-key"), shared }) };
    });
    const { shared, own } = value;
    const both = own.files(["webui-secret-key", "mcp-services-token"]);
    expect(both.generations).toEqual([
      ...own.files(["webui-secret-key"]).generations,
      ...shared.files(["mcp-services-token"]).generations,
    ]);
    expect(both.ready).toHaveLength(2);
    expect(() => shared.files(["webui-secret-key"])).toThrow(/index\.ts declares no such secret/);
  });

  it("of clients are handed over in a directory that stays, after the stack's own token", async () => {
    const access = {
      name: "mcp-access",
      own: "mcp-token",
      services: "mcp-services-token",
      source: { file: "/nowhere/.env", config: NO_SECRETS },
      files: { tokens: "t", users: "u" },
    };
    const generated = [access.own, access.services].map((name) => ({ name, bytes: 32, files: {} }));
    const { resources, value } = await up(() => {
      const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };
      const ready = dataDirectory(DATA_DIR, owner);
      return new Secrets("secrets", { dataDir: DATA_DIR, after: ready, generated, copied: [], access });
    });

    const command = resources.find(({ name }) => name === "secret-mcp-access");
    expect(command?.after).toEqual(["secrets-files"]);
    const stdin = stdinOf(resources, "secret-mcp-access");
    expect(stdin).toEqual({
      base: DATA_DIR,
      ...access,
      source: access.source.file,
      place: expect.any(String) as unknown,
      generation: expect.any(String) as unknown,
    });
    // What mounts it is replaced with the directory, not with the digests in it.
    expect(value.files(["mcp-access"]).generations).toEqual([stdin["place"]]);
  });

  it("bring a command those values of the stack's config that it needs, as a secret", async () => {
    const config = knownSecrets({ GITHUB_TOKEN: "canary-1", OTHER: "canary-2" });
    const { resources } = await up(() => {
      const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };
      const ready = dataDirectory(DATA_DIR, owner);
      const copied = [env, { ...env, name: "other-env", names: ["NOWHERE"] }].map((plan) => ({
        ...plan,
        source: { ...plan.source, config },
      }));
      return new Secrets("secrets", { dataDir: DATA_DIR, after: ready, generated: [], copied });
    });
    const { stdin } = resources.find(({ name }) => name === "secrets-files")?.inputs ?? {};
    expect(pulumi.runtime.isRpcSecret(stdin)).toBe(true);
    expect(JSON.parse(pulumi.runtime.unwrapRpcSecret(stdin) as string)).toMatchObject({
      copied: [
        { source: { file: "/nowhere/.env", given: { GITHUB_TOKEN: "canary-1" } } },
        // Who needs none of them gets the path alone.
        { source: "/nowhere/.env" },
      ],
    });
    expect(JSON.stringify(resources)).not.toContain("canary-2");
  });
});
