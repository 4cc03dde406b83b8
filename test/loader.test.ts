import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const ROOT = path.resolve(__dirname, "..");

/** What a script prints as JSON when the loader was there before it. */
function run(script: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ["--require", "./loader.js", "-e", script], {
    cwd: ROOT,
    encoding: "utf8",
  });
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
