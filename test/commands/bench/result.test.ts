import { isMet, measured, repeated, targetWords, type Target } from "../../../commands/bench/result";
import { figures } from "../../../commands/bench/statistics";

describe("a result", () => {
  it("has the ratio to its yardstick", () => {
    expect(measured("up", "s", 3, 2)).toEqual({ what: "up", unit: "s", ours: 3, yardstick: 2, ratio: 1.5 });
  });

  it("has none without a yardstick, nor with one of zero, so that it can be written as JSON", () => {
    expect(measured("up", "s", 3)).toEqual({ what: "up", unit: "s", ours: 3 });
    expect(measured("dropped", "streams", 0, 0)).toEqual({ what: "dropped", unit: "streams", ours: 0, yardstick: 0 });
  });

  it("of repeated measurements has their medians and their spread", () => {
    const [ours, yardstick] = [figures([1, 9, 2]), figures([1, 1, 1])];
    expect(repeated("up", "s", ours, yardstick)).toMatchObject({ ours: 2, ratio: 2, spread: { ours, yardstick } });
  });
});

describe("a target", () => {
  const met = (target: Target, ours: number, yardstick?: number) =>
    isMet(measured("up", "ms", ours, yardstick, target));

  it.each<[string, Target, number, number | undefined, boolean]>([
    ["ratio at most", { of: "ratio", atMost: 1.5 }, 3, 2, true],
    ["ratio at most", { of: "ratio", atMost: 1.4 }, 3, 2, false],
    ["ratio at least", { of: "ratio", atLeast: 0.9 }, 8, 10, false],
    ["added at most", { of: "added", atMost: 0.5 }, 1.5, 1, true],
    ["added at most", { of: "added", atMost: 0.4 }, 1.5, 1, false],
    ["value at most", { of: "ours", atMost: 0 }, 0, 0, true],
    ["value at most", { of: "ours", atMost: 0 }, 1, 0, false],
    ["a ratio that cannot be said", { of: "ratio", atMost: 1 }, 1, 0, false],
  ])("%s %j of %d and %p: %p", (_what, target, ours, yardstick, expected) => {
    expect(met(target, ours, yardstick)).toBe(expected);
  });

  it("that is not there is neither met nor missed", () => {
    expect(isMet(measured("up", "ms", 1))).toBeUndefined();
  });

  it("is said in words, with the unit where it has one", () => {
    expect([
      targetWords({ of: "ratio", atMost: 1.5 }, "s"),
      targetWords({ of: "added", atMost: 0.5 }, "ms"),
      targetWords({ of: "ours", atMost: 1 }, ""),
      targetWords({ of: "ratio", atLeast: 0.9 }, "1/s"),
    ]).toEqual(["ratio at most 1.5", "added at most 0.5 ms", "at most 1", "ratio at least 0.9"]);
  });
});
