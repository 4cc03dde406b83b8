import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { distributions, gatherFacts, systemPath } from "../../../engines/install/facts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(realpathSync(tmpdir()), "facts-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, content = "", mode = 0o644): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content, { mode });
}

const gather = (changes = {}) =>
  gatherFacts({ platform: "linux", uid: 0, path: "/opt/bin:/usr/bin", root, ...changes });

describe("gatherFacts", () => {
  it("finds nothing on an empty machine", () => {
    expect(gather({ uid: 1000 })).toEqual({
      platform: "linux",
      root: false,
      distributions: [],
      aptGet: false,
      dockerd: false,
      systemd: false,
      holder: undefined,
    });
  });

  it("finds all there is", () => {
    write("etc/os-release", 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n');
    write("usr/bin/apt-get", "", 0o755);
    write("opt/bin/dockerd", "", 0o755);
    mkdirSync(path.join(root, "run/systemd/system"), { recursive: true });
    write("var/run/docker.pid", "42");
    write("proc/42/comm", "dockerd\n");
    expect(gather()).toEqual({
      platform: "linux",
      root: true,
      distributions: ["ubuntu", "debian"],
      aptGet: true,
      dockerd: true,
      systemd: true,
      holder: { pid: 42, name: "dockerd" },
    });
  });

  it("finds dockerd where only root has it on the search path", () => {
    write("usr/sbin/dockerd", "", 0o755);
    expect(gather({ path: "/usr/bin" })).toMatchObject({ dockerd: true });
  });

  it("does not take a file that cannot be run for dockerd", () => {
    write("usr/bin/dockerd");
    expect(gather()).toMatchObject({ dockerd: false });
  });

  it.each(["42", "", "nonsense"])("knows no holder for a pid file with %p and no such process", (content) => {
    write("var/run/docker.pid", content);
    expect(gather()).toMatchObject({ holder: undefined });
  });
});

describe("distributions", () => {
  it.each([
    ["ID=debian\n", ["debian"]],
    ['ID="rhel"\nID_LIKE="fedora"\n', ["rhel", "fedora"]],
    ["ID='opensuse-leap'\nID_LIKE='suse opensuse'\n", ["opensuse-leap", "suse", "opensuse"]],
    ["NAME=x\nVARIANT_ID=server\n", []],
  ])("of %p are %j", (text, expected) => {
    expect(distributions(text)).toEqual(expected);
  });
});

describe("systemPath", () => {
  it("puts the user's own directories first and repeats none", () => {
    expect(systemPath("/opt/bin:/usr/bin:")).toBe(
      "/opt/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin",
    );
  });
});
