/** Docker Compose for the benchmark and for tests: the machine's own, or that of Debian 13, which needs nothing but libc. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { debianMirror } from "../../engines/images/host";
import { CACHE } from "../../engines/images/build";

/** What a compose file of ours needs: configs of every kind are older, and so is waiting for health. */
const OLDEST = [2, 20] as const;
const SUITE = "trixie";
const PROGRAM = "usr/libexec/docker/cli-plugins/docker-compose";

/** A command that takes the arguments of compose. */
export type Compose = (...args: readonly string[]) => { readonly code: number | null; readonly output: string };

function isNewEnough(command: readonly string[]): boolean {
  const [program = "", ...rest] = command;
  const { stdout } = spawnSync(program, [...rest, "version", "--short"], { encoding: "utf8" });
  const [major = 0, minor = 0] = (stdout ?? "").replace(/^v/, "").split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Unpacks the package of another release, with package lists of its own, so that the machine's apt stays as it is. */
function unpackDebian(target: string): void {
  const mirror = debianMirror();
  if (mirror === undefined) throw new Error("no docker compose on this machine, and no Debian mirror to get it from");
  const partial = fs.mkdtempSync(`${target}-`);
  fs.mkdirSync(path.join(partial, "lists/partial"), { recursive: true });
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  fs.writeFileSync(path.join(partial, "sources.list"), `deb [signed-by=${keys}] ${mirror} ${SUITE} main\n`);
  const settings = {
    "APT::Sandbox::User": "root",
    "Dir::Etc::sourcelist": path.join(partial, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": path.join(partial, "lists"),
    "Dir::Cache": path.join(partial, "cache"),
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const apt = (...args: string[]): Buffer => execFileSync("apt-get", [...options, ...args], { cwd: partial });
  apt("update");
  apt("download", "docker-compose");
  const file = fs.readdirSync(partial).find((name) => name.endsWith(".deb")) ?? "";
  execFileSync("dpkg-deb", ["--extract", file, "."], { cwd: partial });
  fs.rmSync(path.join(partial, "lists"), { recursive: true });
  fs.renameSync(partial, target);
}

/** @throws Error when this machine has none, and none can be got */
export function findCompose(): Compose {
  const kept = path.join(CACHE, "test-tools", `docker-compose-${SUITE}`);
  const candidates = [["docker", "compose"], ["docker-compose"], [path.join(kept, PROGRAM)]];
  let command = candidates.find(isNewEnough);
  if (command === undefined) {
    fs.mkdirSync(path.dirname(kept), { recursive: true });
    unpackDebian(kept);
    command = candidates.find(isNewEnough);
  }
  if (command === undefined) throw new Error(`${path.join(kept, PROGRAM)} does not run here`);
  const [program = "", ...rest] = command;
  return (...args) => {
    const { status, stdout, stderr } = spawnSync(program, [...rest, ...args], { encoding: "utf8" });
    return { code: status, output: `${stdout}${stderr}` };
  };
}
