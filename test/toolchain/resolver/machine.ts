/**
 * A machine in a temporary folder: what lies on its PATH, its home, its checkout of `toolchain/` and its releases of
 * Pulumi are as a test says. Nothing reaches the network or the user's own Pulumi.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { PLUGINS, type Settings } from "../../../toolchain/resolver/settings";

/** A machine and the settings of a resolver on it. */
export interface Machine {
  readonly directory: string;
  readonly settings: Settings;
  /** What the resolver said. */
  readonly said: string[];
  /** Puts a shell script on PATH. Calls are noted; see {@link Machine.calls}. */
  install(name: string, script: string): string;
  /** Calls of scripts on PATH and of CLIs made from them, like "pulumi version". */
  calls(): string[];
  forgetCalls(): void;
  remove(): void;
}

/** A `pulumi` that tells its version and installs plugins: real archives, and official ones as empty scripts. */
export const pulumiScript = (version: string, pluginInstall = INSTALL_PLUGIN): string => `
case "$1" in
  version) echo "${version}" ;;
  plugin)
    target="$PULUMI_HOME/plugins/resource-$4-v$5"
    ${pluginInstall} ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac`;

const INSTALL_PLUGIN = `
    mkdir -p "$target"
    if [ "$6" = --file ]; then tar -xzf "$7" -C "$target"
    else echo official > "$target/pulumi-resource-$4"; chmod +x "$target/pulumi-resource-$4"; fi`;

/** A machine without Pulumi, Go and npm, on which the packages of toolchain/ are installed. */
export function makeMachine(options: Partial<Settings> = {}): Machine {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-stack-resolver-"));
  const noted = path.join(directory, "calls");
  const said: string[] = [];
  writeToolchain(path.join(directory, "toolchain"));
  fs.mkdirSync(path.join(directory, "bin"));
  return {
    directory,
    said,
    settings: {
      toolchainDir: path.join(directory, "toolchain"),
      cacheDir: path.join(directory, "cache"),
      env: { PATH: path.join(directory, "bin"), HOME: path.join(directory, "home") },
      // Nobody listens there: it is above the ports that systems give away.
      releases: "http://127.0.0.1:65535",
      userPulumiHome: path.join(directory, "home/.pulumi"),
      connectTimeoutMs: 5_000,
      stallTimeoutMs: 5_000,
      pluginTimeoutMs: 5_000,
      say: (line) => void said.push(line),
      ...options,
    },
    install: (name, script) => writeScript(path.join(directory, "bin", name), script, noted),
    calls: () => (fs.existsSync(noted) ? fs.readFileSync(noted, "utf8").trimEnd().split("\n") : []),
    forgetCalls: () => fs.rmSync(noted, { force: true }),
    remove: () => fs.rmSync(directory, { recursive: true, force: true }),
  };
}

/** Writes a script that notes its calls. */
export function writeScript(file: string, script: string, noted: string): string {
  const head = `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${path.basename(file)} $*" >> "${noted}"\n`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, head + script, { mode: 0o755 });
  return file;
}

/** Puts the official plugins into the user's home. */
export function installOfficialPlugins({ settings }: Machine): void {
  for (const { name, version } of PLUGINS) {
    const directory = path.join(settings.userPulumiHome, "plugins", `resource-${name}-v${version}`);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, `pulumi-resource-${name}`), "official\n", { mode: 0o755 });
  }
}

/** A `go` on PATH that builds a `pulumi` of this version. */
export function installGo(machine: Machine, version = "v3.259.0"): void {
  const noted = path.join(machine.directory, "calls");
  const built = writeScript(path.join(machine.directory, "built/pulumi"), pulumiScript(version), noted);
  machine.install(
    "go",
    `env > "${machine.directory}/go-environment"
     while [ "$1" != -o ]; do shift; done
     cp "${built}" "$2"`,
  );
}

function writeToolchain(directory: string): void {
  const lock = JSON.stringify({ packages: { "": {}, "node_modules/a": { version: "1.0.0" } } });
  const files = {
    "pulumi-cli/go.mod": "module test\n\ngo 1.25.11\n",
    "pulumi-cli/go.sum": "",
    "language-nodejs/main.ts": 'console.log("language host" as string);\n',
    "provider-docker/main.ts": 'console.log("stand-in of docker" as string);\n',
    "provider-command/main.ts": 'import { text } from "../plugin/text";\nconsole.log(text);\n',
    "plugin/text.ts": 'export const text: string = "stand-in of command";\n',
    "package-lock.json": lock,
    "node_modules/.package-lock.json": lock,
  };
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), content);
  }
}
