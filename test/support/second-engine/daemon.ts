/** The daemon of a second engine, and the temporary directory that holds all it has. */
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { waitForEngine } from "../../../engines/install/start";
import type { Namespace } from "./namespace";
import { killAndWait, startBound } from "./process";

/** A cold start takes 2 s; a busy machine needs longer. */
const START_SECONDS = 60;

/** Paths of one engine, all in its temporary directory. */
export interface Layout {
  readonly directory: string;
  readonly data: string;
  readonly exec: string;
  readonly socket: string;
  readonly log: string;
  /** Top control group of its containers. */
  readonly group: string;
}

/** Makes the directory; the caller removes it. */
export function makeLayout(): Layout {
  const directory = mkdtempSync(path.join(realpathSync(tmpdir()), "mcp-engine-"));
  const at = (name: string): string => path.join(directory, name);
  mkdirSync(at("data"));
  return {
    directory,
    data: at("data"),
    exec: at("exec"),
    socket: at("docker.sock"),
    log: at("dockerd.log"),
    group: path.basename(directory),
  };
}

/** Shell commands that hide the other engine's files, and that make the disk. */
export function mounts({ data }: Layout, diskMiB?: number): string[] {
  const hidden = ["/etc/docker", "/run/docker", "/run/containerd"];
  return [
    ...hidden.map((directory) => `mkdir -p ${directory} && mount -t tmpfs tmpfs ${directory}`),
    ...(diskMiB === undefined ? [] : [`mount -t tmpfs -o size=${diskMiB}m tmpfs ${data}`]),
  ];
}

function daemonArgs({ data, exec, socket, group }: Layout): string[] {
  const paths = ["--data-root", data, "--exec-root", exec, "--pidfile", path.join(exec, "docker.pid")];
  const groups = ["--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", `/${group}`];
  return ["dockerd", ...paths, ...groups, "--host", `unix://${socket}`];
}

/** Starts dockerd as the first process of a process namespace: nothing that it starts outlives it. */
export async function startDaemon(layout: Layout, namespace: Namespace): Promise<ChildProcess> {
  // What a power failure clears, and what would make dockerd believe that it runs already.
  rmSync(layout.exec, { recursive: true, force: true });
  rmSync(layout.socket, { force: true });
  mkdirSync(layout.exec);
  const log = openSync(layout.log, "w");
  const isolate = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
  const daemon = startBound([...namespace.inside, ...isolate, ...daemonArgs(layout)], ["ignore", log, log]);
  closeSync(log);
  const ended = (): string | undefined => (daemon.exitCode === null ? undefined : `ended with ${daemon.exitCode}`);
  const fault = await waitForEngine(layout.socket, START_SECONDS, ended);
  if (fault === undefined) return daemon;
  await killAndWait(daemon);
  throw new Error(`the second dockerd ${fault}; its log:\n${readFileSync(layout.log, "utf8")}`);
}
