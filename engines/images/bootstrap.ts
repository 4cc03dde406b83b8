/** The bases: Debian's root file system by debootstrap, made small, packed and imported. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";
import { gatherFacts, isDebian, type Facts } from "../install/facts";
import { aptDates, debianMirror } from "./host";
import type { Step } from "./progress";
import { run } from "./run";

const NEEDS =
  "imageSource build makes its base image with debootstrap, which needs Debian or Ubuntu and root; " +
  "elsewhere set imageSource to pull (the normal way), or build on such a machine and push to a registry of your own (imageRegistry)";

const installed = (): boolean => spawnSync("debootstrap", ["--version"]).status === 0;

type Builder = Pick<Facts, "platform" | "root" | "distributions">;

/** Why base images cannot be made on a machine, by default this one; undefined: they can. */
export function baseFault(machine: Builder = gatherFacts(), hasDebootstrap = installed): string | undefined {
  const { platform, root, distributions } = machine;
  if (platform !== "linux") return `debootstrap needs Linux, this is ${platform}`;
  if (!root) return `debootstrap needs root, this is uid ${process.getuid?.() ?? "unknown"}`;
  if (isDebian(distributions) || hasDebootstrap()) return undefined;
  return "debootstrap is missing, and this is neither Debian nor Ubuntu";
}

/** Makes sure that debootstrap can run; installs it if need be. Throws where it cannot. */
async function ensureDebootstrap(step: Step): Promise<void> {
  const fault = baseFault();
  if (fault !== undefined) throw new Error(`${fault}. ${NEEDS}`);
  if (installed()) return;
  process.stderr.write("debootstrap is missing; installing it with apt-get\n");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run(step, "apt-get", ["update"], { env });
  await run(step, "apt-get", ["install", "-y", "--no-install-recommends", "debootstrap", "debian-archive-keyring"], {
    env,
  });
}

/** A packed root file system, and how to remove what it was packed from. */
export interface RootFileSystem {
  readonly tar: Readable;
  /** Rejects if packing failed; await it after `tar` was read. */
  readonly packed: Promise<void>;
  remove(): void;
}

/** Never follows a file system that a killed debootstrap left mounted, such as /proc. */
const removeTree = (directory: string): void => void spawnSync("rm", ["-rf", "--one-file-system", directory]);

/** Builds the suite below `cache` and starts packing it. `slim` is the script that makes it small. */
export async function bootstrap(step: Step, suite: string, slim: string, cache: string): Promise<RootFileSystem> {
  await ensureDebootstrap(step);
  // Only one builder is at work, so whatever lies here was left by one that was killed.
  removeTree(cache);
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(path.join(cache, `${suite}-`));
  const remove = (): void => removeTree(root);
  try {
    const mirror = debianMirror();
    await run(step, "debootstrap", ["--variant=minbase", suite, root, ...(mirror ? [mirror] : [])]);
    await run(step, "sh", [slim, root]);
    writeFileSync(path.join(root, "etc/apt/apt.conf.d/as-on-host"), aptDates());
  } catch (error) {
    remove();
    throw error;
  }
  step.note("packing and importing");
  return { ...pack(root), remove };
}

/** Names sorted, times at zero, numbers for owners; devices and what engines mount are left out. */
function pack(root: string): Pick<RootFileSystem, "tar" | "packed"> {
  const without = ["./dev/*", "./proc/*", "./sys/*"].map((pattern) => `--exclude=${pattern}`);
  const args = ["--create", "--sort=name", "--mtime=@0", "--numeric-owner", ...without, "--directory", root, "."];
  const child = spawn("tar", args, { stdio: ["ignore", "pipe", "inherit"] });
  const packed = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`tar ended with code ${code} while packing ${root}`)),
    );
  });
  return { tar: child.stdout, packed };
}
