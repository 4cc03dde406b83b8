/** Newer digests from a real registry, by the real engine: no stack is brought up, and nothing pulled. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { updateLock, type LockFiles } from "../../commands/update";
import { connect, hasImage } from "../../engines/images/engine";
import { parseLock } from "../../engines/images/lock";
import { askRegistries } from "../../engines/images/newer";
import { configOf } from "../support/config";
import { freePort } from "../support/free-port";
import { startRegistry, type TestRegistry } from "../support/registry";
import { createStack } from "../support/stack";
import { importTinyImage } from "../support/tiny-image";

// On a new machine the registry's package waits until other tests have installed theirs.
jest.setTimeout(900_000);

const docker = connect();
const IMAGE = `mcp-stack-test/update-${process.pid}:1`;
const OLD = `sha256:${"a".repeat(64)}`;
let registry: TestRegistry;
let digest: string;
let directory: string;
let files: LockFiles;
let exitCode: typeof process.exitCode;

beforeAll(async () => {
  registry = await startRegistry();
  await importTinyImage(docker, IMAGE);
  for (const repository of ["hub/mcp/time", "hub/mcp/fetch"]) digest = await registry.push(docker, IMAGE, repository);
  digest = await registry.push(docker, IMAGE, "hub/mcp/tagged", "v1");
});
afterAll(async () => {
  await registry?.stop();
  await docker.getImage(IMAGE).remove({ force: true });
});

const image = (name: string, reference: string, more = ""): string => `  ${name}:
    purpose: test # kept
    platforms: [linux/amd64]
    pull:
      reference: ${reference}
${more}      source: s
      confidence: c
      run: not run
      entrypoint: null
    build: null
`;
const lockText = (): string => `version: 1
images:
${image("time", `docker.io/mcp/time@${OLD}`)}${image("fetch", `docker.io/mcp/fetch@${digest}`)}${image(
  "tagged",
  "docker.io/mcp/tagged:v1",
  "      noDigest: nobody knows\n",
)}${image("absent", `docker.io/mcp/absent:v1@${OLD}`)}${image("elsewhere", `ghcr.io/mcp/elsewhere:v1@${OLD}`)}`;

beforeEach(() => {
  exitCode = process.exitCode;
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "update-"));
  files = { lock: path.join(directory, "images.yaml"), catalog: path.join(directory, "agent-hub.yaml") };
  fs.writeFileSync(files.lock, lockText());
  fs.writeFileSync(files.catalog, `registry:\n  time: { image: "mcp/time@${OLD}" }\n`);
});
afterEach(() => {
  process.exitCode = exitCode;
  fs.rmSync(directory, { recursive: true });
});

/** What one run prints as JSON, and its exit code. */
async function run(options: { check?: boolean; yes?: boolean }) {
  const config = configOf({
    imageRegistry: JSON.stringify({
      "docker.io": `${registry.address}/hub`,
      "ghcr.io": `127.0.0.1:${await freePort()}`,
    }),
  });
  const written: string[] = [];
  const output = jest.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  try {
    process.exitCode = 0;
    await updateLock(docker, config, { stack: "dev", json: true, ...options }, files);
    return { code: process.exitCode, json: JSON.parse(written.join("")) as { images: object[]; written: string[] } };
  } finally {
    output.mockRestore();
  }
}

it("--check tells what is newer and what could not be asked, and changes nothing", async () => {
  const { code, json } = await run({ check: true });
  expect(code).toBe(1);
  expect(json).toMatchObject({
    written: [],
    images: [
      { name: "time", now: OLD, registry: digest },
      { name: "fetch", now: digest, registry: digest },
      { name: "tagged", registry: digest },
      { name: "absent", now: OLD, reason: expect.stringMatching(/manifest unknown|not found/i) },
      { name: "elsewhere", now: OLD, reason: expect.stringContaining("connection refused") },
    ],
  });
  expect(fs.readFileSync(files.lock, "utf8")).toBe(lockText());
});

it("--yes writes the newer ones into the lock and the catalog, and then all is up to date", async () => {
  const { json } = await run({ yes: true });
  expect(json.written).toEqual([files.lock, files.catalog]);
  const pulls = Object.entries(parseLock(fs.readFileSync(files.lock, "utf8")));
  expect(pulls.map(([name, { pull }]) => [name, pull?.reference])).toEqual([
    ["time", `docker.io/mcp/time@${digest}`],
    ["fetch", `docker.io/mcp/fetch@${digest}`],
    ["tagged", `docker.io/mcp/tagged:v1@${digest}`],
    ["absent", `docker.io/mcp/absent:v1@${OLD}`],
    ["elsewhere", `ghcr.io/mcp/elsewhere:v1@${OLD}`],
  ]);
  expect(fs.readFileSync(files.lock, "utf8").match(/# kept/g)).toHaveLength(5);
  expect(fs.readFileSync(files.catalog, "utf8")).toContain(`mcp/time@${digest}`);
  expect((await run({ yes: true })).json.written).toEqual([]);
  expect((await run({ check: true })).code).toBe(2);
});

it("without a yes, where nobody can be asked, nothing is written", async () => {
  await expect(run({})).rejects.toThrow("Nobody can be asked here: npm run update -- --yes writes, --check only tells");
  expect(fs.readFileSync(files.lock, "utf8")).toBe(lockText());
});

it("nothing is pulled", async () => {
  const mirror = `${registry.address}/hub`;
  const [time] = await askRegistries(docker, parseLock(lockText()), { "docker.io": mirror });
  expect(time).toMatchObject({ reference: `${mirror}/mcp/time:latest`, registry: digest });
  for (const reference of [`${mirror}/mcp/time:latest`, `${mirror}/mcp/time@${digest}`])
    expect(await hasImage(docker, reference)).toBe(false);
});

it("the command asks the registry of the stack's config, and its exit code says what it found", async () => {
  const stack = await createStack(
    { imageRegistry: { "docker.io": `${registry.address}/hub`, "ghcr.io": `${registry.address}/none` } },
    { prefix: "update" },
  );
  try {
    const { code, stdout } = await stack.run("update", "--check", "--json");
    const { images } = JSON.parse(stdout) as { images: { name: string; registry?: string; reason?: string }[] };
    const known = images.filter((one) => one.registry !== undefined).map(({ name }) => name);
    expect([code, known.sort()]).toEqual([1, ["mcp-fetch", "mcp-time"]]);
    expect(images.find(({ name }) => name === "open-webui")?.reason).toMatch(/manifest unknown|not found/i);
  } finally {
    await stack.remove();
  }
});
