/** A network, a mount table and a host name of its own, held by one process; they vanish with it. */
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { command, hasEnded, killAndWait, startBound } from "./process";

export interface Namespace {
  /** Prefix of a command that runs in this network, with the files of the host. */
  readonly inNetwork: readonly string[];
  /** Prefix of a command that runs in it altogether. */
  readonly inside: readonly string[];
  /** Its address, as the host reaches it. */
  readonly address: string;
  remove(): Promise<void>;
}

/** A pair of network devices between the host and a namespace. */
interface Link {
  /** Name of the host's end. */
  readonly name: string;
  /** Address of the other end. */
  readonly address: string;
}

/** More than ever run beside each other. */
const MOST_LINKS = 64;

/**
 * Connects the network of process `pid` with the host's: 10.78.N.1 here, 10.78.N.2 there. The name of the link makes sure
 * that nobody else has the same N.
 */
async function link(pid: number): Promise<Link> {
  for (let n = 0; n < MOST_LINKS; n++) {
    const name = `mcp-engine-${n}`;
    try {
      await command("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", String(pid));
    } catch (error) {
      if ((error as Error).message.includes("File exists")) continue;
      throw error;
    }
    await command("ip", "address", "add", `10.78.${n}.1/30`, "dev", name);
    await command("ip", "link", "set", name, "up");
    const there = ["--target", String(pid), "--net", "ip"];
    await command("nsenter", ...there, "address", "add", `10.78.${n}.2/30`, "dev", "eth0");
    await command("nsenter", ...there, "link", "set", "eth0", "up");
    await command("nsenter", ...there, "route", "add", "default", "via", `10.78.${n}.1`);
    return { name, address: `10.78.${n}.2` };
  }
  throw new Error(`links mcp-engine-0 to mcp-engine-${MOST_LINKS - 1} are all taken; remove them: ip link delete NAME`);
}

async function startHolder(setUp: readonly string[]): Promise<ChildProcess> {
  const script = [
    "set -e",
    "hostname mcp-second-engine",
    "ip link set lo up",
    ...setUp,
    "echo ready",
    "exec sleep infinity",
  ];
  const args = ["unshare", "--net", "--mount", "--uts", "sh", "-c", script.join("\n")];
  const holder = startBound(args, ["ignore", "pipe", "inherit"]);
  const ended = once(holder, "exit").then(() => {
    throw new Error(
      "namespaces cannot be made: this needs root on Linux with util-linux and iproute2; see the lines above",
    );
  });
  if (holder.stdout) await Promise.race([once(holder.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return holder;
}

async function remove(holder: ChildProcess, link: string): Promise<void> {
  if (hasEnded(holder)) return;
  // The kernel would remove it as well, but some seconds after the process.
  await command("ip", "link", "delete", link);
  await killAndWait(holder);
}

/** Makes the namespaces. `setUp` are shell commands that run in them first, such as mounts. */
export async function createNamespace(setUp: readonly string[]): Promise<Namespace> {
  const holder = await startHolder(setUp);
  const enter = ["nsenter", "--target", String(holder.pid)];
  try {
    const { name, address } = await link(holder.pid ?? 0);
    return {
      inNetwork: [...enter, "--net"],
      inside: [...enter, "--net", "--mount", "--uts"],
      address,
      remove: () => remove(holder, name),
    };
  } catch (error) {
    await killAndWait(holder);
    throw error;
  }
}
