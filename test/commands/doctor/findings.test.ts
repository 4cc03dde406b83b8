import { answerFinding, cpuFinding, diskFinding, findingsText, memoryFinding } from "../../../commands/doctor/findings";

const FLAGS = "flags\t\t: fpu sse4_2 avx avx2 fma f16c";

it.each([
  ["enough disk", diskFinding("/d", 20_000), "ok"],
  ["little disk", diskFinding("/d", 5_000), "warning"],
  ["a full disk", diskFinding("/d", 10), "fault"],
  ["memory for every limit", memoryFinding(8_000, 4_000), "ok"],
  ["less memory than limits", memoryFinding(2_000, 4_000), "warning"],
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

it("the text has a line for each finding, and its fix below", () => {
  const findings = [
    { what: "disk", verdict: "ok", detail: "fine" },
    { what: "engine", verdict: "fault", detail: "gone", fix: "start it" },
  ] as const;
  expect(
    findingsText(findings)
      .replace(/\u001b\[\d+m/g, "")
      .split("\n"),
  ).toEqual(["ok       disk    fine", "fault    engine  gone", "                 → start it"]);
});
