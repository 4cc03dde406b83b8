/**
 * Podman from Debian beside the machine's own engine: a network, mounts and processes of its own, as test/support/second-engine.ts
 * has it. In the host's network Docker's rules would drop what containers on Podman's closed networks send each other.
 *
 * Needs root and Debian or Ubuntu. The kernel ends everything when the test's process ends.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "../../engines/images/engine";
import { waitForEngine } from "../../engines/install/start";
import { aptGet } from "./apt";
import { copyImage, type SecondEngine } from "./second-engine";
import { createNamespace, type Namespace } from "./second-engine/namespace";
import { command, killAndWait, startBound } from "./second-engine/process";

const PACKAGES = ["podman", "netavark", "aardvark-dns", "catatonit"];
const START_SECONDS = 60;

/** What would be shared with another Podman of this machine. */
const HIDDEN = ["/run/libpod", "/run/containers", "/run/netns", "/dev/shm"];

/** Root without CAP_SYS_RESOURCE, as in many containers, must not raise limits, and Podman asks for a million open files. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
`;

/** As a second engine that is neither killed nor restarted. */
export type PodmanEngine = Pick<SecondEngine, "socket" | "host" | "docker" | "inNetwork" | "copyImage" | "stop">;

async function install(): Promise<void> {
  try {
    await command("dpkg", "--status", ...PACKAGES);
  } catch {
    await aptGet(["install", "--yes", "--no-install-recommends", ...PACKAGES]);
  }
}

function serviceArgs(directory: string): string[] {
  const at = (name: string): string => path.join(directory, name);
  writeFileSync(at("containers.conf"), CONTAINERS_CONF);
  const paths = ["--root", at("root"), "--runroot", at("run"), "--network-config-dir", at("networks")];
  const podman = ["podman", ...paths, "--cgroup-manager", "cgroupfs", "system", "service", "--time", "0"];
  const isolate = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
  return [...isolate, "env", `CONTAINERS_CONF=${at("containers.conf")}`, ...podman, `unix://${at("podman.sock")}`];
}

async function start(directory: string, namespace: Namespace): Promise<() => Promise<void>> {
  const file = path.join(directory, "podman.log");
  const log = openSync(file, "w");
  const service = startBound([...namespace.inside, ...serviceArgs(directory)], ["ignore", log, log]);
  closeSync(log);
  const ended = (): string | undefined => (service.exitCode === null ? undefined : `ended with ${service.exitCode}`);
  const fault = await waitForEngine(path.join(directory, "podman.sock"), START_SECONDS, ended);
  if (fault === undefined) return () => killAndWait(service);
  await killAndWait(service);
  throw new Error(`podman system service ${fault}; its log:\n${readFileSync(file, "utf8")}`);
}

/** Installs Podman if need be and starts it; the caller stops it in the end. */
export async function startPodman(): Promise<PodmanEngine> {
  await install();
  const directory = mkdtempSync(path.join(realpathSync(tmpdir()), "mcp-podman-"));
  mkdirSync(path.join(directory, "networks"));
  const namespace = await createNamespace(HIDDEN.map((at) => `mkdir -p ${at} && mount -t tmpfs tmpfs ${at}`));
  const clean = async (): Promise<void> => {
    await namespace.remove();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const end = await start(directory, namespace);
    const socket = path.join(directory, "podman.sock");
    const docker = connect(socket);
    return {
      socket,
      host: `unix://${socket}`,
      docker,
      inNetwork: namespace.inNetwork,
      copyImage: (reference) => copyImage(connect(), docker, reference),
      stop: () => end().then(clean),
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
