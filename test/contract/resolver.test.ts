/** The resolver with the real npm and the real Go, from a checkout where only the root's packages are installed. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { resolve, type Resolution } from "../../toolchain/resolver/resolve";
import { settingsFromEnvironment } from "../../toolchain/resolver/settings";
import { copyCheckout } from "../toolchain/resolver/checkout";

// A build from nothing takes four minutes; with Go's cache it is only linked.
jest.setTimeout(600_000);

let checkout: string;
let found: Resolution;
const said: string[] = [];
beforeAll(async () => {
  checkout = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-stack-checkout-"));
  copyCheckout(checkout);
  found = await resolve({
    ...settingsFromEnvironment(process.env, (line) => void said.push(line)),
    toolchainDir: path.join(checkout, "toolchain"),
    cacheDir: path.join(checkout, "cache"),
    userPulumiHome: path.join(checkout, "home"),
    env: { ...process.env, PATH: pathWithoutPulumi() },
    // Nobody listens there: the machine may well reach the official releases.
    releases: "http://127.0.0.1:65535",
  });
});
afterAll(() => fs.rmSync(checkout, { recursive: true, force: true }));

function pathWithoutPulumi(): string {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.filter((folder) => !fs.existsSync(path.join(folder, "pulumi"))).join(path.delimiter);
}

const pulumi = (...args: string[]): string =>
  execFileSync(found.pulumi, args, { encoding: "utf8", env: { ...process.env, ...found.env } });

test("a build is version-stamped", () => {
  expect(pulumi("version")).toBe("v3.259.0\n");
  expect(found).toMatchObject({ version: "3.259.0", cliSource: "build", pluginSource: "stand-in" });
});

test("installs its own packages first", () => {
  expect(said).toContain("toolchain: installing npm packages");
  expect(fs.existsSync(path.join(checkout, "toolchain/node_modules/esbuild"))).toBe(true);
});

test("Pulumi knows both stand-ins", () => {
  const plugins = JSON.parse(pulumi("plugin", "ls", "--json")) as { name: string; version: string }[];
  expect(plugins.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(["command 1.2.1", "docker 5.2.0"]);
});

test.each(["pulumi-language-nodejs", "pulumi-resource-docker", "pulumi-resource-command"])(
  "%s is one file that starts without any package beside it",
  async (name) => {
    const bundles = path.join(checkout, "cache/bundles");
    const bundle = fs.readdirSync(bundles).find((folder) => folder.startsWith(name)) ?? "";
    const alone = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-alone-")), name);
    fs.copyFileSync(path.join(bundles, bundle, name), alone);
    const child = spawn(alone, ["127.0.0.1:65535"], { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [port] = (await once(child.stdout, "data")) as [Buffer];
      expect(port.toString()).toMatch(/^\d+\n$/);
    } finally {
      child.kill();
      await once(child, "exit");
      fs.rmSync(path.dirname(alone), { recursive: true });
    }
  },
);
