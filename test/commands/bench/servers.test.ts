import { growthResults } from "../../../commands/bench/servers";

const points = (values: Readonly<Record<number, number>>) =>
  Object.entries(values).map(([size, value]) => ({ size: Number(size), value }));

it("names what each server more costs, early and late, and judges the growth", () => {
  const [each, late, grown] = growthResults("memory", "MiB", points({ 1: 10, 5: 18, 50: 153 }));
  expect(each).toMatchObject({ what: "memory: each server more, from 1 to 50 servers", unit: "MiB" });
  expect(each?.ours).toBeCloseTo(143 / 49);
  expect(late).toMatchObject({ what: "memory: each more from 5 on, against those before", ours: 3, yardstick: 2 });
  expect(grown).toMatchObject({ target: { of: "ours", atMost: 1 } });
  expect(grown?.ours).toBeCloseTo(15.3 / 50);
});

it("of two sizes there is one cost, of one size none", () => {
  expect(growthResults("up", "s", points({ 1: 1, 5: 2 }))).toHaveLength(2);
  expect(growthResults("up", "s", points({ 5: 2 }))).toEqual([]);
});
