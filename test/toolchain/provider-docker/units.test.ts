/** Texts of durations and numbers, as the official plugin writes them. */
import {
  bytes,
  cpusText,
  goDuration,
  mebibytes,
  nanoCpus,
  nanoseconds,
} from "../../../toolchain/provider-docker/container/units";

it.each([
  ["0s", 0, "0s"],
  ["250ns", 250, "250ns"],
  ["1500us", 1_500_000, "1.5ms"],
  ["500ms", 5e8, "500ms"],
  ["1500ms", 15e8, "1.5s"],
  ["60s", 60e9, "1m0s"],
  ["1m30s", 90e9, "1m30s"],
  ["90m", 5400e9, "1h30m0s"],
  ["1h0m0.5s", 3600.5e9, "1h0m0.5s"],
])("duration %s is %d ns, read back as %s", (written, duration, readBack) => {
  expect(nanoseconds(written)).toBe(duration);
  expect(goDuration(duration)).toBe(readBack);
});

it.each([
  ["1", "1.0"],
  ["2", "2.0"],
  ["0.5", "0.5"],
  ["0.25", "0.25"],
  ["1.5", "1.5"],
  ["0.05", "0.1"],
  ["10", "10."],
])("%s CPUs are read back as %j", (written, readBack) => {
  expect(cpusText(nanoCpus(written))).toBe(readBack);
});

it.each(["two", "1/2", "-1", ""])("cpus %j is refused", (cpus) => {
  expect(() => nanoCpus(cpus)).toThrow(
    `Error setting cpus: "${cpus}" is no decimal number; expected for example 0.5 or 2.0`,
  );
});

it.each([
  [64, 67_108_864],
  [0, 0],
  [-1, -1],
])("%d MiB are %d bytes, both ways", (size, inBytes) => {
  expect(bytes(size)).toBe(inBytes);
  expect(mebibytes(inBytes)).toBe(size);
});
