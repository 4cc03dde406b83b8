import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { inventory } from "../../commands/secrets/inventory";
import { afterwards, isDatabaseRoot, refusal } from "../../commands/secrets/rotation";
import { withSecret } from "../../commands/secrets/set";
import { plannedSecrets, planStack, type StackPlan } from "../../stack";
import { configOf } from "../support/config";

const ROOT = path.resolve(__dirname, "../..");
const STACK = `secrets-${process.pid}`;
const STACK_FILE = path.join(ROOT, `Pulumi.${STACK}.yaml`);
const VALUE = "a value that must not be shown";

let directory: string;
let secretsFile: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-secrets-"));
  secretsFile = path.join(directory, ".env");
  const config = { dataDir: path.join(directory, "data"), secretsFile, imageSource: "build", servers: "time" };
  const lines = Object.entries(config).map(([key, value]) => `  mcp-gateway-stack:${key}: ${value}\n`);
  fs.writeFileSync(STACK_FILE, `config:\n${lines.join("")}`);
});
afterEach(() => {
  fs.rmSync(directory, { recursive: true });
  fs.rmSync(STACK_FILE);
});

/** Runs the command with this on standard input. */
async function secrets(input: string, ...args: string[]) {
  const child = spawn(process.execPath, ["commands/entry.js", "secrets", ...args, "--stack", STACK], { cwd: ROOT });
  child.stdin.on("error", () => undefined).end(input);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

const planned = (set: Record<string, string>): StackPlan => {
  const { plan, faults } = planStack(configOf({ imageSource: "build", secretsFile: "/nonexistent", ...set }));
  if (plan === undefined) throw new Error(faults.join("; "));
  return plan;
};

describe("the list of secrets", () => {
  it("says of each who mounts it, those that run once among them, and whether it is there", () => {
    const all = inventory(planned({ bundles: "dify", auth: "token" }), (name) => name === "mcp-token", []);
    const of = (name: string) => all.find((entry) => entry.name === name);
    expect(of("gateway-token")).toEqual({
      name: "gateway-token",
      kind: "generated",
      usedBy: ["mcp-router", "mcp-gateway"],
      present: false,
    });
    expect(of("mcp-token")?.present).toBe(true);
    expect(of("dify-database-root-password")?.usedBy).toEqual(["dify-postgres", "dify-database"]);
  });

  it("has one entry for each secret that any service mounts", () => {
    const plan = planned({ bundles: "full", auth: "token" });
    const names = inventory(plan, () => true, []).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(plannedSecrets(plan).generated.every(({ name }) => names.includes(name))).toBe(true);
  });

  it("is JSON where a script asks, without any value", async () => {
    const made = path.join(directory, "data/secrets/gateway-token");
    fs.mkdirSync(made, { recursive: true });
    fs.writeFileSync(path.join(made, "value"), VALUE);
    const { code, stdout } = await secrets("", "list", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      stack: STACK,
      secrets: [
        {
          name: "gateway-token",
          kind: "generated",
          usedBy: ["mcp-router", "mcp-gateway"],
          present: true,
          since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
        },
      ],
    });
    expect(stdout).not.toContain(VALUE);
  });
});

describe("a secret of the stack's config", () => {
  const SEALED = "\n      secure: v1:8mzuZ3Yt4aZBxkZA:9sN0\n";
  beforeEach(() => {
    const config = fs
      .readFileSync(STACK_FILE, "utf8")
      .replace("servers: time", "servers: github-official\n  mcp-gateway-stack:gatewayMode: socket");
    const name = "github.personal_access_token";
    fs.writeFileSync(STACK_FILE, `${config}  mcp-gateway-stack:secrets:\n    ${name}:${SEALED}`);
  });

  it("is listed as such, by its name in the file: nothing is decrypted", async () => {
    const { code, stdout } = await secrets("", "list");
    expect(code).toBe(0);
    expect(stdout).toMatch(/github\.personal_access_token +stack config +set +mcp-gateway/);
    expect(JSON.parse((await secrets("", "list", "--json")).stdout)).toMatchObject({
      secrets: expect.arrayContaining([
        expect.objectContaining({ name: "github.personal_access_token", from: "stack config", present: true }),
      ]) as unknown,
    });
  });

  it("is set there, not in the secrets file, and rotated by nobody else", async () => {
    const set = "pulumi config set --secret --path 'secrets[\"github.personal_access_token\"]'";
    for (const action of ["set", "rotate"]) {
      const { code, stderr } = await secrets(VALUE, action, "github.personal_access_token");
      expect([code, stderr]).toEqual([1, expect.stringContaining(set)]);
    }
    expect(fs.existsSync(secretsFile)).toBe(false);
  });

  it("is refused while the secrets file has it, too", async () => {
    fs.writeFileSync(secretsFile, "github.personal_access_token=x\n");
    const { code, stderr } = await secrets("", "list");
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        `secrets.github.personal_access_token: is a line of ${secretsFile}, too; remove that line`,
      ),
    ]);
  });
});

describe("a new value", () => {
  it("is refused for what would lose data, and for a password that is kept elsewhere", () => {
    const names = plannedSecrets(planned({ bundles: "full", auth: "token" })).generated.map(({ name }) => name);
    expect(names.filter((name) => refusal(name) !== undefined).sort()).toEqual([
      "dify-secret-key",
      "webui-admin-password",
    ]);
    expect(names.filter(isDatabaseRoot)).toEqual(["dify-database-root-password"]);
    expect(names.filter((name) => afterwards(name) !== undefined).sort()).toEqual([
      "dify-init-password",
      "llm-master-key",
      "mcp-token",
      "webui-secret-key",
    ]);
  });

  it("is refused for a secret without one, and for an unknown name; nothing is written", async () => {
    const none = await secrets("", "rotate", "gateway-token");
    expect([none.code, none.stderr]).toEqual([1, "gateway-token has no value yet; the next npm run up makes one\n"]);
    const unknown = await secrets("", "rotate", "gateway-tokn");
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      '"gateway-tokn" is no secret of this stack; did you mean gateway-token? There are: gateway-token\n',
    ]);
    expect(fs.existsSync(path.join(directory, "data"))).toBe(false);
  });
});

describe("a line of the secrets file", () => {
  it.each([
    ["", "A=1\n"],
    ["# mine\nB=2\n", "# mine\nB=2\nA=1\n"],
    ["B=2", "B=2\nA=1\n"],
    ["A=0\nB=2\n", "A=1\nB=2\n"],
    // The last one counts, so that one is written.
    ["A=0\nA=9\nAA=3\n", "A=0\nA=1\nAA=3\n"],
    ["#A=0\n", "#A=0\nA=1\n"],
  ])("is set in %j", (before, after) => expect(withSecret(before, "A", "1")).toBe(after));

  it("comes from standard input into a file of its owner's alone, and is not shown", async () => {
    const { code, stdout, stderr } = await secrets(`${VALUE}\n`, "set", "github.personal_access_token");
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain(`github.personal_access_token is set in ${secretsFile}`);
    expect(stderr).toContain("nothing in this stack asks for github.personal_access_token yet");
    expect(stderr).not.toContain(VALUE);
    expect(fs.readFileSync(secretsFile, "utf8")).toBe(`github.personal_access_token=${VALUE}\n`);
    expect(fs.statSync(secretsFile).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["", "A", "A: no value came; give it by standard input"],
    ["one\ntwo\n", "A", "A: the value has more than one line"],
    ["x", "A=B", '"A=B" is no name of a secret'],
    ["x", "A B", '"A B" is no name of a secret'],
  ])("is refused with %j as %s", async (input, name, why) => {
    const { code, stderr } = await secrets(input, "set", name);
    expect([code, stderr]).toEqual([1, expect.stringContaining(why)]);
    expect(fs.existsSync(secretsFile)).toBe(false);
  });

  it("is written through a link, as of a secrets file that is kept elsewhere; the link stays", async () => {
    const kept = path.join(directory, "kept.env");
    fs.writeFileSync(kept, "B=2\n", { mode: 0o640 });
    fs.symlinkSync("kept.env", secretsFile);
    expect((await secrets(VALUE, "set", "A")).code).toBe(0);
    expect(fs.readlinkSync(secretsFile)).toBe("kept.env");
    expect(fs.readFileSync(kept, "utf8")).toBe(`B=2\nA=${VALUE}\n`);
    expect(fs.statSync(kept).mode & 0o777).toBe(0o600);
  });

  it("is refused where the link leads to nothing, which stays as it is", async () => {
    fs.symlinkSync("gone.env", secretsFile);
    const { code, stderr } = await secrets(VALUE, "set", "A");
    expect([code, stderr]).toEqual([
      1,
      `${secretsFile} is a link to gone.env, which is not there; make that file, or remove the link, and try again\n`,
    ]);
    expect(fs.readdirSync(directory)).toEqual([".env"]);
  });
});
