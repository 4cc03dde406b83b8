import type { Facts } from "../../../engines/install/facts";
import { describe as tell, planEngine } from "../../../engines/install/plan";

/** A new Debian server, as root, without systemd. */
const machine = (changes: Partial<Facts> = {}): Facts => ({
  platform: "linux",
  root: true,
  distributions: ["debian"],
  aptGet: true,
  dockerd: false,
  systemd: false,
  holder: undefined,
  ...changes,
});

describe("planEngine as root", () => {
  it.each([
    ["installs Docker and starts it as a process", {}, [{ kind: "install" }, { kind: "start-process" }]],
    ["starts it through systemd where that runs", { systemd: true }, [{ kind: "install" }, { kind: "start-service" }]],
    [
      "does the same on what is like Debian",
      { distributions: ["linuxmint", "ubuntu", "debian"] },
      [{ kind: "install" }, { kind: "start-process" }],
    ],
    ["installs nothing that is there", { dockerd: true }, [{ kind: "start-process" }]],
    [
      "starts an installed Docker on any Linux",
      { distributions: ["fedora"], aptGet: false, dockerd: true, systemd: true },
      [{ kind: "start-service" }],
    ],
    [
      "waits for a dockerd that runs, and starts no second one",
      { dockerd: true, holder: { pid: 42, name: "dockerd" } },
      [{ kind: "wait", pid: 42 }],
    ],
  ])("%s", (_, changes, steps) => {
    expect(planEngine(machine(changes))).toEqual(steps);
  });
});

describe("planEngine where it must not act", () => {
  const user: Partial<Facts> = { root: false };
  it.each<[string, Partial<Facts>, string]>([
    [
      "Debian, not root",
      { ...user, systemd: true },
      `Run
    sudo apt-get update && sudo apt-get install -y --no-install-recommends docker.io iptables
    sudo systemctl enable --now docker
    sudo usermod -aG docker $USER    (then log out and in again)
Then repeat the command.`,
    ],
    [
      "Ubuntu, not root, without systemd",
      { ...user, distributions: ["ubuntu", "debian"] },
      `Run
    sudo apt-get update && sudo apt-get install -y --no-install-recommends docker.io iptables
    sudo sh -c 'nohup dockerd >/var/log/dockerd.log 2>&1 &'
    sudo usermod -aG docker $USER    (then log out and in again)
Then repeat the command.`,
    ],
    [
      "Docker installed, not root",
      { ...user, dockerd: true, systemd: true },
      `Docker is installed, but starting it needs root. Run
    sudo systemctl enable --now docker
    sudo usermod -aG docker $USER    (then log out and in again)
Then repeat the command.`,
    ],
    [
      "Docker runs, not root",
      { ...user, dockerd: true, holder: { pid: 42, name: "dockerd" } },
      `Docker runs (process 42), but not for you. Join its group:
    sudo usermod -aG docker $USER    (then log out and in again)
Then repeat the command.`,
    ],
    [
      "a pid file that was left over",
      { dockerd: true, holder: { pid: 42, name: "bash" } },
      "/var/run/docker.pid names process 42 (bash), which is no dockerd: it is left over. Remove that file and repeat the command.",
    ],
    [
      "Fedora, not root",
      { ...user, distributions: ["fedora"], aptGet: false, systemd: true },
      `Run
    sudo dnf install -y moby-engine
    sudo systemctl enable --now docker
    sudo usermod -aG docker $USER    (then log out and in again)
Then repeat the command.`,
    ],
    [
      "Fedora, root",
      { distributions: ["fedora"], aptGet: false, systemd: true },
      `Run
    dnf install -y moby-engine
    systemctl enable --now docker
Then repeat the command.`,
    ],
    [
      "Alpine, root",
      { distributions: ["alpine"], aptGet: false },
      `Run
    apk add docker
    rc-service docker start
Then repeat the command.`,
    ],
    [
      "another Linux",
      { distributions: ["nixos"], aptGet: false },
      "Install and start Docker Engine (https://docs.docker.com/engine/install/) or Podman with its socket. Then repeat the command.",
    ],
    [
      "macOS",
      { platform: "darwin", root: false, distributions: [], aptGet: false },
      "Install and start one of Docker Desktop, Colima (brew install colima docker && colima start) and Podman Desktop. Then repeat the command.",
    ],
    [
      "Windows",
      { platform: "win32", root: false, distributions: [], aptGet: false },
      "Windows is supported through WSL 2: install Docker Desktop, turn on its WSL integration, and work inside WSL.",
    ],
    [
      "FreeBSD",
      { platform: "freebsd", distributions: ["freebsd"], aptGet: false },
      "Install and start Docker or Podman, and name its socket: pulumi config set containerSocket PATH. Then repeat the command.",
    ],
  ])("%s: says what to do", (_, changes, message) => {
    expect(() => planEngine(machine(changes))).toThrow(new Error(message));
  });
});

describe("describe", () => {
  it.each([
    [
      { kind: "install" } as const,
      "install Docker: apt-get update && apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 docker.io iptables",
    ],
    [{ kind: "start-service" } as const, "start it: systemctl start docker"],
    [
      { kind: "start-process" } as const,
      "start it as a background process: dockerd, which logs to /var/log/mcp-gateway-stack-dockerd.log (after a reboot it has to be started again)",
    ],
    [{ kind: "wait", pid: 42 } as const, "wait for dockerd (process 42), which runs but does not answer yet"],
  ])("tells %p", (step, text) => {
    expect(tell(step)).toBe(text);
  });
});
