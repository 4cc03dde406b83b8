/** From a running stack with something in every store to an archive, and from the archive to a stack on a machine that has nothing. */
import fs from "node:fs";
import path from "node:path";
import { ALL_THERE, Stores } from "../support/backup-stores";
import { copyCheckout, type Checkout } from "../support/checkout";
import { DifyStack } from "../support/dify-stack";
import { serveModels, type ModelServer } from "../support/model-server";
import { createStack, type TestStack } from "../support/stack";
import { tinyModels } from "../support/tiny-models";

jest.setTimeout(900_000);

let checkout: Checkout;
let server: ModelServer;
let stack: TestStack;
let stores: Stores;
let config: Record<string, unknown>;
let archive: string;
let secrets: unknown;
/** Images that the test had made. */
const made: string[] = [];

const directory = (): string => path.dirname(stack.dataDir);
const stackFile = (): string => path.join(checkout.root, `Pulumi.${stack.name}.yaml`);
const secretsFile = (): string => path.join(directory(), "env");
const archives = (): string[] => fs.readdirSync(path.join(directory(), "backups")).sort();
const idOf = async (service: string): Promise<string | undefined> => (await stack.containers(service))[0]?.Id;

beforeAll(async () => {
  checkout = copyCheckout();
  const models = await tinyModels();
  server = await serveModels([models.llama.file, models.whisper.file]);
  config = {
    servers: "memory,filesystem",
    bundles: "ai,dify",
    llamaCppModelUrl: server.url(models.llama.file),
    whisperCppModelUrl: server.url(models.whisper.file),
    llamaContextSize: 16384,
  };
  stack = await createStack(config, { prefix: "backup", root: checkout.root });
  fs.writeFileSync(secretsFile(), "MINE=of-the-user\n");
  stores = new Stores(stack);
  await stack.succeed("pulumi", "config", "set", "--secret", "--path", 'secrets["my.key"]', "of-the-config");
  await stack.succeed("up");
  await stores.put();
});
afterAll(async () => {
  await stack.remove();
  await Promise.all(made.map((reference) => stack.docker.getImage(reference).remove()));
  await server.stop();
  checkout.remove();
});

describe("npm run backup, while the stack runs", () => {
  it("makes an archive, and every service goes on", async () => {
    const before = (await stack.containers()).map(({ Id }) => Id).sort();
    const { stdout, stderr } = await stack.succeed("backup", "--json");
    const told = JSON.parse(stdout) as { file: string; entries: number; stoodStill: Record<string, number> };
    archive = told.file;
    expect(archives()).toEqual([path.basename(archive)]);
    expect(Object.keys(told.stoodStill)).toEqual(
      expect.arrayContaining(["dify-redis", "minio", "open-webui", "mcp-memory", "dify-api"]),
    );
    expect(Object.keys(told.stoodStill)).not.toContain("dify-postgres");
    expect(stderr).toContain(`made the key ${path.join(directory(), "backup.key")}. Keep a copy of it`);
    const after = await stack.containers();
    expect(after.map(({ Id }) => Id).sort()).toEqual(before);
    expect(after.filter(({ State }) => State !== "running")).toEqual([]);
    ({ secrets } = await stores.found());
    expect(Object.keys(secrets as object)).toEqual(expect.arrayContaining(["dify-secret-key", "webui-admin-password"]));
    expect(await stores.found()).toEqual({ ...ALL_THERE, secrets });
  });

  it("the archive is for its owner alone, and nothing of it can be read without the key", () => {
    expect(fs.statSync(archive).mode & 0o777).toBe(0o600);
    const content = fs.readFileSync(archive);
    for (const word of ["manifest", "of-the-user", "encryptionsalt"]) expect(content.includes(word)).toBe(false);
  });

  it("no archive is overwritten", async () => {
    const { code, stderr } = await stack.run("backup", "--output", archive);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${archive} is there already`)]);
  });

  it("restore refuses while the stack is there, and says what to do", async () => {
    const { code, stderr } = await stack.run("restore", archive);
    expect([code, stderr]).toEqual([1, expect.stringContaining("Nothing was restored, because something is there")]);
    expect(stderr).toMatch(new RegExp(`has \\d+ containers here; take it down: npm run down -- --stack ${stack.name}`));
    expect(stderr).toContain(`dataDir: "${stack.dataDir}" is not empty`);
  });
});

describe("an up that changes the image of a service with data", () => {
  it("changes nothing when the backup before it cannot be made", async () => {
    checkout.edit("docker/images/dify-redis/Dockerfile", (text) => `${text}# changed by a test\n`);
    stack.configure({ ...config, backupDir: path.join(stackFile(), "no-directory") });
    const before = await idOf("dify-redis");
    const { code, stderr } = await stack.run("up");
    expect([code, stderr]).toEqual([1, expect.stringContaining("The backup failed, so nothing was updated: ENOTDIR")]);
    expect(await idOf("dify-redis")).toBe(before);
  });

  it("makes one first, which is whole", async () => {
    stack.configure(config);
    const before = await idOf("dify-redis");
    const { output } = await stack.succeed("up");
    expect(output).toMatch(/dify-redis has data, and its image changes: \S*dify-redis:\w+ → \S*dify-redis:\w+\n/);
    const [name = ""] = archives().filter((one) => one.includes("before-up"));
    expect(output).toContain(`backup: ${path.join(directory(), "backups", name)}`);
    expect(await idOf("dify-redis")).not.toBe(before);
    made.push((await stack.containers("dify-redis"))[0]?.Image ?? "");
    const { stdout } = await stack.succeed("restore", path.join(directory(), "backups", name), "--check", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ whole: true, stack: stack.name });
    expect(await stores.found()).toEqual({ ...ALL_THERE, secrets });
  });

  it("makes none when nothing changes", async () => {
    await stack.succeed("up");
    expect(archives()).toHaveLength(2);
  });
});

/** Everything of the stack is gone but archives and key. */
async function loseTheMachine(): Promise<void> {
  await stack.succeed("mcp-down", "--purge", "--no-images", "--confirm", stack.name);
  fs.rmSync(stack.stateDir, { recursive: true });
  fs.mkdirSync(stack.stateDir);
  for (const file of [stackFile(), secretsFile()]) fs.rmSync(file);
}

function expectUntouched(): void {
  expect(fs.readdirSync(directory()).sort()).toEqual(["backup.key", "backups", "damaged.age", "other.key", "state"]);
  expect([fs.readdirSync(stack.stateDir), fs.existsSync(stackFile())]).toEqual([[], false]);
}

describe("npm run restore, on a machine that has nothing", () => {
  const damaged = (change: (content: Buffer) => Buffer): string => {
    const file = path.join(directory(), "damaged.age");
    fs.writeFileSync(file, change(fs.readFileSync(archive)));
    return file;
  };

  beforeAll(async () => {
    await loseTheMachine();
    fs.writeFileSync(path.join(directory(), "other.key"), OTHER_KEY);
  });

  it("touches nothing for a damaged archive", async () => {
    const flipped = damaged((content) => {
      const middle = content.length >> 1;
      content[middle] = (content[middle] ?? 0) ^ 1;
      return content;
    });
    const { code, stderr } = await stack.run("restore", flipped);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${flipped} is damaged, or cut off`)]);
    expectUntouched();
  });

  it("touches nothing for one that is cut off", async () => {
    const { code, stderr } = await stack.run(
      "restore",
      damaged((content) => content.subarray(0, -1000)),
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining("is damaged, or cut off")]);
    expectUntouched();
  });

  it("touches nothing with a wrong key", async () => {
    const { code, stderr } = await stack.run("restore", archive, "--key", path.join(directory(), "other.key"));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${archive} was not made with this key`)]);
    expectUntouched();
  });

  it("one that is killed leaves a stack that does not start, and the next one begins anew", async () => {
    const restoring = stack.start("restore", archive, "--no-up");
    await restoring.waitFor(/loading the dump/);
    restoring.signal("SIGKILL");
    await restoring.done;
    const { code, stderr } = await stack.run("up");
    expect([code, stderr]).toEqual([1, expect.stringContaining("holds a restore that was cut off")]);
  });

  it("brings everything back, and the stack up", async () => {
    const { output } = await stack.succeed("restore", archive);
    expect(output).toContain("deleting what a restore that was cut off left");
    expect(await stores.found()).toEqual({ ...ALL_THERE, secrets });
    expect(fs.readFileSync(secretsFile(), "utf8")).toBe("MINE=of-the-user\n");
    // Encrypted anew: the new state has another salt.
    expect(fs.readFileSync(stackFile(), "utf8")).toMatch(/my\.key:\n +secure: v1:/);
    const { stdout } = await stack.pulumi("config", "get", "--path", 'secrets["my.key"]');
    expect(stdout.trim()).toBe("of-the-config");
    await new DifyStack(stack).works();
  });

  it("has nothing to do afterwards", async () => {
    const { code, output } = await stack.pulumi("preview", "--expect-no-changes");
    if (code !== 0) throw new Error(output);
  });
});

/** An example of age's own documentation; it opens nothing here. */
const OTHER_KEY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n";
