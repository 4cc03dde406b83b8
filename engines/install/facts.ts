/** What decides how a container engine comes onto this machine. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** A process that a pid file names, and that lives. */
export interface Holder {
  readonly pid: number;
  /** Name of its program, as in /proc/PID/comm. */
  readonly name: string;
}

export interface Facts {
  readonly platform: NodeJS.Platform;
  /** Whether we may install and start things. */
  readonly root: boolean;
  /** ID of /etc/os-release, then what it is like: ["ubuntu", "debian"]. */
  readonly distributions: readonly string[];
  readonly aptGet: boolean;
  readonly dockerd: boolean;
  /** Whether systemd runs the machine's services. */
  readonly systemd: boolean;
  /** The live process that Docker's pid file names. */
  readonly holder: Holder | undefined;
}

/** Where facts are looked for; another root than "/" is for tests. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  readonly path: string;
  readonly root: string;
}

const SYSTEM_DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The search path with the directories of system programs, which a user's own may lack. */
export const systemPath = (searchPath: string): string =>
  [...new Set([...searchPath.split(":").filter(Boolean), ...SYSTEM_DIRECTORIES])].join(":");

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** ID and ID_LIKE of the text of /etc/os-release. */
export function distributions(osRelease: string): string[] {
  const value = (key: string): string => new RegExp(`^${key}=["']?([^"'\\n]*)`, "m").exec(osRelease)?.[1] ?? "";
  return `${value("ID")} ${value("ID_LIKE")}`.split(" ").filter(Boolean);
}

/** Whether a machine is Debian, Ubuntu or made of one of them. */
export const isDebian = (names: readonly string[]): boolean =>
  names.some((name) => name === "debian" || name === "ubuntu");

const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8").trim() : "");

function holder(root: string): Holder | undefined {
  const pid = Number(read(path.join(root, "var/run/docker.pid")));
  const name = pid > 0 ? read(path.join(root, "proc", String(pid), "comm")) : "";
  return name ? { pid, name } : undefined;
}

const thisMachine = (): Machine => ({
  platform: process.platform,
  uid: process.getuid?.() ?? -1,
  path: process.env.PATH ?? "",
  root: "/",
});

/** Looks at the machine; changes nothing. */
export function gatherFacts(machine: Machine = thisMachine()): Facts {
  const at = (file: string): string => path.join(machine.root, file);
  const installed = (program: string): boolean =>
    systemPath(machine.path)
      .split(":")
      .some((directory) => isExecutable(at(path.join(directory, program))));
  return {
    platform: machine.platform,
    root: machine.uid === 0,
    distributions: distributions(read(at("etc/os-release"))),
    aptGet: installed("apt-get"),
    dockerd: installed("dockerd"),
    systemd: existsSync(at("run/systemd/system")),
    holder: holder(machine.root),
  };
}
