import { alternate, costOfOne, figures, growth, percentile } from "../../../commands/bench/statistics";

describe("percentile", () => {
  it.each([
    [0.5, [3, 1, 2], 2],
    [0.5, [4, 1, 3, 2], 2],
    [0.99, Array.from({ length: 100 }, (_, index) => index + 1), 99],
    [1, [5, 9], 9],
    [0.5, [7], 7],
  ])("%d of %j is %d, by nearest rank", (share, values, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});

describe("figures", () => {
  it("are median, spread and number of runs", () => {
    expect(figures([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, runs: 3 });
  });
});

describe("alternate", () => {
  it("runs both in turns", async () => {
    const order: string[] = [];
    const work = (name: string) => () => Promise.resolve(order.push(name));
    const { first, second } = await alternate(2, work("a"), work("b"));
    expect(order).toEqual(["a", "b", "a", "b"]);
    expect([first.runs, second.runs]).toEqual([2, 2]);
  });
});

describe("growth", () => {
  const points = (...values: [size: number, value: number][]) => values.map(([size, value]) => ({ size, value }));

  it.each([
    ["costs the same for each", points([1, 2], [5, 10], [50, 100]), 1],
    ["has a part that does not grow", points([1, 10], [10, 20]), 0.2],
    ["grows as the square", points([1, 1], [10, 100]), 10],
  ])("of what %s", (_what, measured, expected) => {
    expect(growth(measured)).toBeCloseTo(expected);
  });

  it.each([[[]], [points([1, 2])], [points([5, 1], [5, 2])]])("of %j cannot be said", (measured) => {
    expect(() => growth(measured)).toThrow("it takes two different ones");
  });

  it("is by a cost for each one more", () => {
    expect(costOfOne({ size: 1, value: 10 }, { size: 5, value: 30 })).toBe(5);
  });
});
