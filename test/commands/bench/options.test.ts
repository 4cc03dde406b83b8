import { chosen, MEASURE_NAMES } from "../../../commands/bench/options";

const rounds = "5";
const names = (options: Parameters<typeof chosen>[0]) => chosen(options).measures.map(({ name }) => name);

it("without a choice the stack is measured as it is", () => {
  expect(chosen({ rounds })).toEqual({ rounds: 5, measures: [{ name: "warm", numbers: [] }] });
});

it("--all is every measure, with the numbers that were given", () => {
  const { measures } = chosen({ rounds, all: true, streams: "20" });
  expect(measures.map(({ name }) => name)).toEqual(MEASURE_NAMES);
  expect(measures).toContainEqual({ name: "streams", numbers: [20] });
  expect(measures).toContainEqual({ name: "servers", numbers: [1, 5, 20, 50] });
});

it("chosen ones alone are measured", () => {
  expect(names({ rounds, cold: true, idle: true })).toEqual(["idle", "cold"]);
  expect(chosen({ rounds, servers: "1,3" }).measures).toEqual([{ name: "servers", numbers: [1, 3] }]);
});

it.each(["0", "-1", "1.5", "many", "1,,2", ""])("numbers like %j are refused by name", (servers) => {
  expect(() => chosen({ rounds, servers })).toThrow(`--servers ${servers}: expected whole numbers from 1 on`);
});

it("so are rounds", () => {
  expect(() => chosen({ rounds: "x" })).toThrow("--rounds x: expected whole numbers from 1 on");
});
