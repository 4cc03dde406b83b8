import { readFileSync } from "node:fs";
import path from "node:path";
import { withTables } from "../../../commands/bench/markdown";
import { MEASURE_NAMES } from "../../../commands/bench/options";
import { reportLines, type Report } from "../../../commands/bench/report";
import { measured, repeated } from "../../../commands/bench/result";
import { figures } from "../../../commands/bench/statistics";

const report: Report = {
  machine: { cpus: 2, model: "Some CPU", memoryMiB: 8192, kernel: "Linux 6", node: "v20.0.0", engine: "Engine 20.10" },
  bundles: [],
  sections: [
    {
      name: "cold",
      results: [
        repeated("up | down", "s", figures([2, 4, 3]), figures([2, 2, 2]), { of: "ratio", atMost: 1 }),
        measured("dropped", "streams", 0, 0, { of: "ours", atMost: 0 }),
        measured("memory", "MiB", 12.34),
      ],
    },
  ],
};

it("a line has figures with their spread, and whether the target is met", () => {
  expect(reportLines(report).map((line) => line.replace(/ +/g, " ").trim())).toEqual([
    "cold:",
    "up | down 3.00 (2.00 to 4.00) s against 2.00 (2.00 to 2.00) s ratio 1.50 target ratio at most 1: MISSED",
    "dropped 0.00 streams against 0.00 streams target at most 0 streams: met",
    "memory 12 MiB",
  ]);
});

const page = (...places: string[]) =>
  places.map((place) => `Before ${place}.\n<!-- results: ${place} -->\nearlier\n<!-- end of results -->\n`).join("");

describe("tables between markers", () => {
  it("take the place of older ones; what is around them stays", () => {
    const text = withTables(page("machine", "cold", "warm"), [report]);
    expect(text).toContain("Before machine.\n<!-- results: machine -->\n\n| machine |");
    expect(text).toContain("| processors | 2 × Some CPU |");
    expect(text).toContain(
      "| up \\| down | 3.00 (2.00 to 4.00) s | 2.00 (2.00 to 2.00) s | 1.50 | ratio at most 1: MISSED |",
    );
    expect(text).toContain("| memory | 12 MiB |  |  |  |\n\n<!-- end of results -->\nBefore warm.");
    expect(text.match(/earlier/g)).toHaveLength(1);
  });

  it("come out the same when they are written twice", () => {
    const once = withTables(page("machine", "cold"), [report]);
    expect(withTables(once, [report])).toBe(once);
  });

  it("of a stack with bundles have a place of their own", () => {
    const text = withTables(page("machine", "cold", "cold ai"), [{ ...report, bundles: ["ai"] }]);
    expect(text).toContain("<!-- results: cold -->\nearlier\n");
    expect(text).toContain("<!-- results: cold ai -->\n\n| measure |");
  });

  it("without a place are an error that says which lines to add", () => {
    expect(() => withTables(page("machine"), [report])).toThrow(
      'no place for the results of "cold"; add these two lines where they belong:\n<!-- results: cold -->\n<!-- end of results -->',
    );
  });

  it("are in BENCHMARKS.md for every measure, and for a cold start with the AI bundle", () => {
    const text = readFileSync(path.resolve(__dirname, "../../../BENCHMARKS.md"), "utf8");
    const of = (names: readonly string[], bundles: readonly string[]): Report => ({
      ...report,
      bundles,
      sections: names.map((name) => ({ name, results: [measured(`${name}, a title of its own`, "s", 1)] })),
    });
    const written = withTables(text, [of(MEASURE_NAMES, []), of(["cold"], ["ai"])]);
    for (const name of MEASURE_NAMES) expect(written).toContain(`| ${name}, a title of its own |`);
  });
});
