import { dailyLines } from "../../../commands/bench/daily";

const timed = (median: number, target: number) => ({
  what: "mcp-status",
  target,
  seconds: { median, min: 0.5, max: 2, runs: 3 },
  met: median <= target,
});

it("a figure stands beside its target, and a missed one is called so", () => {
  expect(dailyLines([timed(0.8, 1), timed(1.2, 1)]).map((line) => line.replace(/ +/g, " "))).toEqual([
    "mcp-status 0.80 s (0.50 to 2.00) target 1 s: met",
    "mcp-status 1.20 s (0.50 to 2.00) target 1 s: MISSED",
  ]);
});
