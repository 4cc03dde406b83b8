import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const ROOT = path.resolve(__dirname, "..");

function node(script: string, variables: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, ...variables };
  return spawnSync(process.execPath, ["--require", "./loader.js", "-e", script], { cwd: ROOT, encoding: "utf8", env });
}

/** What a script prints as JSON when the loader was there before it. */
function run(script: string): unknown {
  const { stdout, stderr } = node(script);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}

/** Whether a package's files were read so far. */
const HAS = `const has = (name) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/"));`;

describe("loading Pulumi's SDK", () => {
  it("leaves the compiler and npm's tree of packages alone", () => {
    const script = `${HAS} require("@pulumi/pulumi"); console.log(JSON.stringify(["@pulumi/pulumi", "typescript", "@npmcli/arborist"].map(has)))`;
    expect(run(script)).toEqual([true, false, false]);
  });

  it("still gives the compiler to who asks for it", () => {
    const script = `${HAS}
      const ts = require("typescript");
      const before = has("typescript");
      console.log(JSON.stringify([before, ts.version, "transpileModule" in ts, has("typescript")]))`;
    const { version } = JSON.parse(
      fs.readFileSync(path.join(ROOT, "node_modules/typescript/package.json"), "utf8"),
    ) as { version: string };
    expect(run(script)).toEqual([false, version, true, true]);
  });

  it("can still turn a function into text, which needs both", () => {
    const script = `require("@pulumi/pulumi").runtime.serializeFunction(() => 1 + 1).then(({ text }) => console.log(JSON.stringify(text.includes("1 + 1"))))`;
    expect(run(script)).toBe(true);
  });
});

describe("the processes of graph nodes", () => {
  it.each(["engines/files/host-files.ts", "engines/models/main.ts"])("load %s without zod and undici", (file) => {
    const script = `${HAS} require("./${file}"); console.log(JSON.stringify(["zod", "undici"].map(has))); process.exit()`;
    expect(run(script)).toEqual([false, false]);
  });

  it("still get them when they ask", () => {
    const script = `${HAS}
      const { z } = require("zod");
      const { Agent } = require("undici");
      const parsed = z.string().safeParse(1).success;
      console.log(JSON.stringify([parsed, new Agent() instanceof Agent, ["zod", "undici"].map(has)]))`;
    expect(run(script)).toEqual([false, true, [true, true]]);
  });
});

describe("loading the engine's client", () => {
  it("leaves SSH and gRPC alone until an engine is reached by SSH", () => {
    const script = `${HAS}
      const Docker = require("dockerode");
      new Docker({ socketPath: "/nowhere.sock" });
      const before = ["dockerode", "ssh2", "@grpc/grpc-js"].map(has);
      const reached = new Docker({ protocol: "ssh", host: "127.0.0.1", port: 9, username: "nobody" }).ping();
      reached.catch(() => console.log(JSON.stringify([before, has("ssh2")])))`;
    expect(run(script)).toEqual([[true, false, false], true]);
  });
});

describe("a promise that is left at the end", () => {
  const LEFT = `require("@pulumi/pulumi"); require("@pulumi/pulumi/runtime/debuggable").debuggablePromise(new Promise(() => {}), "of ours")`;

  it("is reported", () => {
    expect(node(LEFT).stderr).toContain("detected that 1 promise was still active");
  });

  it("is reported with the place where it was made to who asks for that", () => {
    const { stderr } = node(LEFT, { PULUMI_DEBUG_PROMISE_LEAKS: "true" });
    expect(stderr).toMatch(/CONTEXT\(0\): of ours\nSTACK_TRACE:\nError\n {4}at debuggablePromise/);
  });

  it("takes no stack trace along otherwise, and leaves those of errors alone", () => {
    const script = `
      require("@pulumi/pulumi");
      const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
      const lines = (stack) => stack.split("\\n").length;
      const promise = Promise.resolve();
      debuggablePromise(promise, "of ours");
      console.log(JSON.stringify([lines(promise._debugStackTrace), lines(new Error("x").stack) > 1]))`;
    expect(run(script)).toEqual([1, true]);
  });
});

describe("a TypeScript file", () => {
  let directory: string;
  beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-loader-"))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  it("keeps its lines, so that an error says where it was thrown", () => {
    const file = path.join(directory, "broken.ts");
    fs.writeFileSync(
      file,
      'interface A {\n  readonly b: string;\n}\nexport const a = (_: A): never => {\n  throw new Error("x");\n};\n',
    );
    const script = `try { require(${JSON.stringify(file)}).a() } catch (error) { console.log(JSON.stringify(error.stack.split("\\n")[1])) }`;
    expect(run(script)).toContain(`${file}:5:`);
  });
});
