/**
 * A user's machine in a temporary folder, as Pulumi's own installer leaves it: CLI and language host in one folder on
 * PATH, plugins in the home, and a fresh checkout. Nothing of this checkout's toolchain or state is in it.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { PLUGINS } from "../../toolchain/resolver/settings";

const ROOT = path.resolve(__dirname, "../..");
const OWN = [".git", ".cache", ".data", ".state", ".env", "node_modules", "test"];

export interface OfficialMachine {
  readonly checkout: string;
  /** Folder with the CLI. */
  readonly bin: string;
  readonly home: string;
  /** All that its processes find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes the config of the stack `dev`. */
  configure(values: Readonly<Record<string, unknown>>): void;
  /** Runs `npm run COMMAND -- ARGS`. @throws Error with its output unless it ends with 0 */
  run(command: string, ...args: string[]): Promise<{ stdout: string; stderr: string }>;
  /** What there is of the toolchain in the checkout's cache. */
  toolchainCache(): string[];
  remove(): void;
}

/** Makes the machine; `install` puts Pulumi into folder and home, see `pluginFiles`. The caller calls `remove()`. */
export function officialMachine(install: (bin: string, home: string) => void): OfficialMachine {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-stack-official-"));
  const at = (name: string): string => path.join(directory, name);
  const [checkout, bin, home] = [at("checkout"), at("opt/pulumi"), at("home")];
  const remove = (): void => fs.rmSync(directory, { recursive: true, force: true });
  try {
    copyCheckout(checkout);
    for (const folder of [bin, home]) fs.mkdirSync(folder, { recursive: true });
    install(bin, home);
  } catch (error) {
    remove();
    throw error;
  }
  const env = { PATH: [bin, path.dirname(process.execPath), "/usr/bin", "/bin"].join(path.delimiter), HOME: home };
  const configure: OfficialMachine["configure"] = (values) => {
    const config = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`mcp-gateway-stack:${key}`, value]),
    );
    fs.writeFileSync(path.join(checkout, "Pulumi.dev.yaml"), stringify({ config }));
  };
  return {
    ...{ checkout, bin, home, env, configure, remove },
    run: (...args) => promisify(execFile)(process.execPath, ["commands/entry.js", ...args], { cwd: checkout, env }),
    toolchainCache: () => fs.readdirSync(path.join(checkout, ".cache/toolchain"), { encoding: "utf8" }),
  };
}

/** Where the plugins that the program uses lie below a PULUMI_HOME. */
export const pluginFiles = (home: string): string[] =>
  PLUGINS.map(({ name, version }) =>
    path.join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`),
  );

/** As `git clone` and `npm ci` leave it; the packages of the toolchain are not installed. */
function copyCheckout(target: string): void {
  const wanted = (file: string): boolean =>
    !OWN.includes(path.basename(file)) && !/^Pulumi\..+\.yaml$/.test(path.basename(file));
  fs.cpSync(ROOT, target, { recursive: true, filter: wanted });
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(target, "node_modules"));
}
