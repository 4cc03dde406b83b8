/** What the resolver is made of: whole files, child processes, npm packages, settings, lines on a terminal. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hash, makeWhole, writeWhole } from "../../../toolchain/resolver/files";
import { ensurePackages, packagesAreInstalled } from "../../../toolchain/resolver/packages";
import { run } from "../../../toolchain/resolver/run";
import { PLUGINS, PULUMI_VERSION, settingsFromEnvironment } from "../../../toolchain/resolver/settings";
import { standardErrorLines } from "../../../toolchain/resolver/terminal";
import { makeMachine, type Machine } from "./machine";

const ROOT = path.join(__dirname, "../../..");
let machine: Machine;
beforeEach(() => (machine = makeMachine()));
afterEach(() => machine.remove());

describe("files", () => {
  it("appear whole, in a folder that need not be there, with their mode", () => {
    const file = path.join(machine.directory, "new/file");
    writeWhole(file, "a", 0o755);
    writeWhole(file, "b", 0o755);
    expect([fs.readFileSync(file, "utf8"), fs.statSync(file).mode & 0o777]).toEqual(["b", 0o755]);
    expect(fs.readdirSync(path.dirname(file))).toEqual(["file"]);
  });

  it("of a folder replace the one before, or leave it when filling fails", async () => {
    const target = path.join(machine.directory, "made/folder");
    const fill = (name: string) => async (directory: string) => fs.writeFileSync(path.join(directory, name), "");
    await makeWhole(target, fill("one"));
    const failing = makeWhole(target, async (directory) => {
      await fill("half")(directory);
      throw new Error("disk full");
    });
    await expect(failing).rejects.toThrow("disk full");
    expect([fs.readdirSync(target), fs.readdirSync(path.dirname(target))]).toEqual([["one"], ["folder"]]);
    await makeWhole(target, fill("two"));
    expect(fs.readdirSync(target)).toEqual(["two"]);
  });

  it("of a folder are filled in after the rest of an interrupted attempt is gone, which may be large", async () => {
    const target = path.join(machine.directory, "made/folder");
    fs.mkdirSync(`${target}.making-AbCdEf`, { recursive: true });
    await makeWhole(target, async (directory) => {
      expect(fs.readdirSync(path.dirname(target))).toEqual([path.basename(directory)]);
    });
  });

  it("are told apart by where one part ends and the next begins", () => {
    expect(hash("ab", "c")).not.toBe(hash("a", "bc"));
    expect(hash("ab", "c")).toBe(hash(Buffer.from("ab"), "c"));
  });
});

describe("run", () => {
  const env = { PATH: "/usr/bin:/bin" };

  /** A killed orphan is there until the system has collected it. */
  async function expectGone(pid: number): Promise<void> {
    const isThere = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    for (let waited = 0; isThere() && waited < 10_000; waited += 20) await sleep(20);
    const stayed = isThere();
    if (stayed) process.kill(pid, "SIGKILL");
    expect(stayed).toBe(false);
  }

  it("keeps both outputs and the code", async () => {
    expect(await run("sh", ["-c", "echo a; echo b >&2; exit 3"], { env })).toEqual({
      code: 3,
      stdout: "a\n",
      stderr: "b\n",
      timedOut: false,
    });
  });

  it("rejects for a program that is not there", async () => {
    await expect(run("/no/such/program", [], { env })).rejects.toThrow("ENOENT");
  });

  it("ends everything that the child started when the time is over", async () => {
    const result = await run("sh", ["-c", "sleep 300 & echo $!; wait"], { env, timeoutMs: 2_000 });
    expect(result).toMatchObject({ code: null, timedOut: true, stdout: expect.stringMatching(/^[1-9]\d*\n$/) });
    await expectGone(Number(result.stdout));
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("hands %s on and ends with the child", async (signal) => {
    const script = `require("./toolchain/resolver/run").run("sh", ["-c", "echo $$ > pid; exec sleep 300"], {
      env: process.env, cwd: ${JSON.stringify(machine.directory)} });`;
    const parent = spawn(process.execPath, ["--require", "sucrase/register/ts", "-e", script], {
      cwd: ROOT,
      stdio: "inherit",
    });
    const file = path.join(machine.directory, "pid");
    while (!fs.existsSync(file) || fs.readFileSync(file, "utf8") === "") await sleep(20);
    parent.kill(signal);
    expect(await once(parent, "exit")).toEqual([null, signal]);
    await expectGone(Number(fs.readFileSync(file, "utf8")));
  });
});

describe("npm packages", () => {
  const write = (file: string, packages: object): void =>
    writeWhole(path.join(machine.settings.toolchainDir, file), JSON.stringify({ packages }));
  const installed = (packages: object): boolean => {
    write("node_modules/.package-lock.json", packages);
    return packagesAreInstalled(machine.settings.toolchainDir);
  };

  it("are complete if all that the lock file asks for are there, tools of developers aside", () => {
    const needed = { "": {}, "node_modules/a": { version: "1.0.0" } };
    const others = {
      "node_modules/b": { version: "1.0.0", dev: true },
      "node_modules/c": { version: "1.0.0", optional: true },
    };
    write("package-lock.json", { ...needed, ...others });
    expect(installed({ "node_modules/a": { version: "1.0.0" } })).toBe(true);
    expect(installed({ "node_modules/a": { version: "1.0.1" } })).toBe(false);
    expect(installed({})).toBe(false);
    fs.rmSync(path.join(machine.settings.toolchainDir, "node_modules"), { recursive: true });
    expect(packagesAreInstalled(machine.settings.toolchainDir)).toBe(false);
  });

  it("are installed with npm ci in their folder, and only if they are missing", async () => {
    machine.install("npm", "pwd");
    await ensurePackages(machine.settings);
    expect(machine.calls()).toEqual([]);
    installed({});
    await ensurePackages(machine.settings);
    expect(machine.calls()).toEqual(["npm ci --no-audit --no-fund"]);
    expect(machine.said).toEqual(["toolchain: installing npm packages"]);
  });

  it("that npm cannot install are an error with its last lines", async () => {
    installed({});
    machine.install("npm", 'echo "npm error: $(basename "$PWD") is offline" >&2; exit 1');
    await expect(ensurePackages(machine.settings)).rejects.toThrow(
      `"npm ci" in ${machine.settings.toolchainDir} failed:\nnpm error: toolchain is offline`,
    );
  });

  it("without npm are an error that says what to run", async () => {
    installed({});
    await expect(ensurePackages(machine.settings)).rejects.toThrow(
      `the packages of ${machine.settings.toolchainDir} are not installed and there is no npm on PATH; ` +
        'run "npm ci" in that folder',
    );
  });
});

describe("settings", () => {
  const settings = (env: NodeJS.ProcessEnv) => settingsFromEnvironment(env, () => undefined);
  const home = path.join(os.homedir(), ".pulumi");
  const cache = path.join(ROOT, ".cache/toolchain");

  it("take Pulumi's own site, unless a mirror is named", () => {
    expect(settings({}).releases).toBe("https://get.pulumi.com/releases/sdk");
    expect(settings({ MCP_STACK_PULUMI_MIRROR: "" }).releases).toBe("https://get.pulumi.com/releases/sdk");
    expect(settings({ MCP_STACK_PULUMI_MIRROR: "http://mirror.lan/p//" }).releases).toBe("http://mirror.lan/p");
  });

  it("take the user's PULUMI_HOME, but never our own for it", () => {
    expect(settings({}).userPulumiHome).toBe(home);
    expect(settings({ PULUMI_HOME: "/srv/pulumi/" }).userPulumiHome).toBe("/srv/pulumi");
    expect(settings({ PULUMI_HOME: path.join(cache, "home") }).userPulumiHome).toBe(home);
  });

  it("keep everything inside the checkout", () => {
    expect(settings({})).toMatchObject({ toolchainDir: path.join(ROOT, "toolchain"), cacheDir: cache });
  });

  it("pin what the packages and the Go module pin", () => {
    const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), "utf8");
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    expect(PLUGINS.map(({ name, version }) => [name, version])).toEqual(
      ["docker", "command"].map((name) => [name, dependencies[`@pulumi/${name}`]]),
    );
    expect(/pulumi\/pkg\/v3 v(\S+)/.exec(read("toolchain/pulumi-cli/go.mod"))?.[1]).toBe(PULUMI_VERSION);
  });
});

describe("lines on standard error", () => {
  const written = (isTTY: boolean): string => {
    let text = "";
    const stream = { isTTY, write: (part: string) => (text += part) !== "" };
    const { say, end } = standardErrorLines(stream);
    for (const line of ["start", "building, 10 s", "building, 20 s", "done", "other, 30 s"]) say(line);
    end();
    end();
    return text;
  };

  it("are plain in a log", () => {
    expect(written(false)).toBe("start\nbuilding, 10 s\nbuilding, 20 s\ndone\nother, 30 s\n");
  });

  it("take each other's place on a terminal while they only count seconds", () => {
    expect(written(true)).toBe("start\n\r\x1b[Kbuilding, 10 s\r\x1b[Kbuilding, 20 s\ndone\n\r\x1b[Kother, 30 s\n");
  });
});
