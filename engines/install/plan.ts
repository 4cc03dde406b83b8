/** What to do about a machine without an engine that answers: steps, or advice where we must not or cannot act. */
import { isDebian, type Facts } from "./facts";

/** Something that is about to be done. */
export type EngineStep =
  | { readonly kind: "install" }
  | { readonly kind: "start-service" }
  | { readonly kind: "start-process" }
  | { readonly kind: "wait"; readonly pid: number };

/** Log of a dockerd that was started as a process. */
export const LOG = "/var/log/mcp-gateway-stack-dockerd.log";

/** Commands that install Docker on Debian and Ubuntu; apt waits for another one to end, as new machines update themselves. */
export const INSTALL = [
  ["apt-get", "update"],
  ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", "docker.io", "iptables"],
] as const;

/** What a step does, for the user who is asked. */
export function describe(step: EngineStep): string {
  switch (step.kind) {
    case "install":
      return `install Docker: ${INSTALL.map((command) => command.join(" ")).join(" && ")}`;
    case "start-service":
      return "start it: systemctl start docker";
    case "start-process":
      return `start it as a background process: dockerd, which logs to ${LOG} (after a reboot it has to be started again)`;
    case "wait":
      return `wait for dockerd (process ${step.pid}), which runs but does not answer yet`;
  }
}

const INSTALL_BY_HAND: Readonly<Record<string, string>> = {
  debian: "sudo apt-get update && sudo apt-get install -y --no-install-recommends docker.io iptables",
  ubuntu: "sudo apt-get update && sudo apt-get install -y --no-install-recommends docker.io iptables",
  fedora: "sudo dnf install -y moby-engine",
  arch: "sudo pacman -S --needed docker",
  suse: "sudo zypper install -y docker",
  alpine: "sudo apk add docker",
};

const JOIN = "sudo usermod -aG docker $USER    (then log out and in again)";
const RETRY = "Then repeat the command.";

/** Lines to type; root needs no sudo. */
const commands = (root: boolean, ...lines: string[]): string =>
  lines.map((line) => `    ${root ? line.replaceAll("sudo ", "") : line}`).join("\n");

/** How to start an installed Docker by hand. */
function startByHand({ systemd, distributions }: Facts): string {
  if (systemd) return "sudo systemctl enable --now docker";
  if (distributions.includes("alpine")) return "sudo rc-service docker start";
  return "sudo sh -c 'nohup dockerd >/var/log/dockerd.log 2>&1 &'";
}

function linuxAdvice(facts: Facts): string {
  const { root, dockerd } = facts;
  const start = root ? [startByHand(facts)] : [startByHand(facts), JOIN];
  if (dockerd) return `Docker is installed, but starting it needs root. Run\n${commands(root, ...start)}\n${RETRY}`;
  const known = facts.distributions.find((name) => INSTALL_BY_HAND[name] !== undefined);
  if (known === undefined)
    return `Install and start Docker Engine (https://docs.docker.com/engine/install/) or Podman with its socket. ${RETRY}`;
  return `Run\n${commands(root, INSTALL_BY_HAND[known] ?? "", ...start)}\n${RETRY}`;
}

/** What the user has to do where we do not act. */
function advice(facts: Facts): string {
  switch (facts.platform) {
    case "linux":
      return linuxAdvice(facts);
    case "darwin":
      return `Install and start one of Docker Desktop, Colima (brew install colima docker && colima start) and Podman Desktop. ${RETRY}`;
    case "win32":
      return "Windows is supported through WSL 2: install Docker Desktop, turn on its WSL integration, and work inside WSL.";
    default:
      return `Install and start Docker or Podman, and name its socket: pulumi config set containerSocket PATH. ${RETRY}`;
  }
}

/** Steps for a machine where another process holds Docker's pid file. */
function besideHolder({ pid, name }: NonNullable<Facts["holder"]>, root: boolean): EngineStep[] {
  if (name !== "dockerd")
    throw new Error(
      `/var/run/docker.pid names process ${pid} (${name}), which is no dockerd: it is left over. Remove that file and repeat the command.`,
    );
  if (root) return [{ kind: "wait", pid }];
  throw new Error(`Docker runs (process ${pid}), but not for you. Join its group:\n${commands(root, JOIN)}\n${RETRY}`);
}

/** What brings up an engine here, in order; never touches one that runs. @throws Error that says what the user has to do */
export function planEngine(facts: Facts): EngineStep[] {
  if (facts.platform !== "linux") throw new Error(advice(facts));
  if (facts.holder !== undefined) return besideHolder(facts.holder, facts.root);
  const debian = facts.aptGet && isDebian(facts.distributions);
  if (!facts.root || (!facts.dockerd && !debian)) throw new Error(advice(facts));
  const start: EngineStep = { kind: facts.systemd ? "start-service" : "start-process" };
  return facts.dockerd ? [start] : [{ kind: "install" }, start];
}
