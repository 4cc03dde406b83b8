import type { Facts } from "../../../engines/install/facts";
import { EngineNotFound, EngineUnreachable } from "../../../engines/locate";
import {
  answerFinding,
  cpuFinding,
  diskFinding,
  engineFault,
  findingsText,
  memoryFinding,
} from "../../../commands/doctor/findings";

/** A new Debian server, as root. */
const SERVER: Facts = {
  ...{ platform: "linux", root: true, distributions: ["debian"], aptGet: true },
  ...{ dockerd: false, systemd: true, holder: undefined },
};
const FLAGS = "flags\t\t: fpu sse4_2 avx avx2 fma f16c";

it.each([
  ["enough disk", diskFinding("/d", 20_000), "ok"],
  ["little disk", diskFinding("/d", 5_000), "warning"],
  ["a full disk", diskFinding("/d", 10), "fault"],
  ["memory for every limit", memoryFinding({ owner: "this machine", total: 8_000 }, 4_000), "ok"],
  ["less memory than limits", memoryFinding({ owner: "the engine", total: 2_000 }, 4_000), "warning"],
  ["a processor with every flag", cpuFinding("x64", FLAGS), "ok"],
  ["a processor without AVX2", cpuFinding("x64", FLAGS.replace(" avx2", "")), "warning"],
  ["an ARM64 processor", cpuFinding("arm64", "Features : fp"), "ok"],
  ["a system without /proc", cpuFinding("x64", undefined), "ok"],
  ["another processor", cpuFinding("riscv64", undefined), "fault"],
  ["a quick engine", answerFinding(20), "ok"],
  ["a slow engine", answerFinding(5_000), "warning"],
])("%s is judged, and whatever is not ok has a fix", (_what, finding, verdict) => {
  expect([finding.verdict, finding.fix === undefined]).toEqual([verdict, verdict === "ok"]);
});

it("the missing flags are named", () => {
  expect(cpuFinding("x64", "flags : sse4_2 avx").detail).toBe("x64 without avx2, fma, f16c");
});

describe("without an engine", () => {
  const nowhere = new EngineNotFound([{ place: "/a.sock", reason: "does not exist" }]);
  const tried = "/a.sock: does not exist; start one, or name its socket: pulumi config set containerSocket PATH";

  it.each<[string, Partial<Facts>, string]>([
    ["up offers to install one where it can", {}, "npm run up offers to install one."],
    ["up offers to start one that is installed", { dockerd: true }, "npm run up offers to start Docker."],
    ["up waits for one", { holder: { pid: 1, name: "dockerd" } }, "npm run up waits for Docker, which is starting."],
    [
      "root has to start it for a user",
      { root: false, dockerd: true },
      `Docker is installed, but starting it needs root. Run
    sudo systemctl enable --now docker
    sudo usermod -aG docker $USER    (then log out and in again)
Then repeat the command.`,
    ],
    [
      "nothing is installed on macOS",
      { platform: "darwin" },
      "Install and start one of Docker Desktop, Colima (brew install colima docker && colima start) and Podman Desktop. " +
        "Then repeat the command.",
    ],
  ])("%s", (_what, facts, fix) => {
    expect(engineFault(nowhere, () => ({ ...SERVER, ...facts }))).toEqual({
      what: "engine",
      verdict: "fault",
      detail: "no container engine answers; tried",
      fix: `${fix}\n${tried}`,
    });
  });

  it("one that is named is not replaced by another", () => {
    const detail = "no container engine at /b.sock, which environment variable DOCKER_HOST names: does not exist.";
    expect(engineFault(new EngineUnreachable(detail), () => SERVER)).toEqual({
      what: "engine",
      verdict: "fault",
      detail,
      fix: undefined,
    });
  });
});

it("the text has a line for each finding, and its fix below", () => {
  const findings = [
    { what: "disk", verdict: "ok", detail: "fine" },
    { what: "engine", verdict: "fault", detail: "gone", fix: "start it\nor not" },
  ] as const;
  expect(
    findingsText(findings)
      .replace(/\u001b\[\d+m/g, "")
      .split("\n"),
  ).toEqual([
    "ok       disk    fine",
    "fault    engine  gone",
    "                 → start it",
    "                   or not",
  ]);
});
