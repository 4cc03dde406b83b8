import { stripVTControlCharacters } from "node:util";
import { display, frame } from "../../../commands/progress/display";
import { Progress, type Row } from "../../../commands/progress/rows";

const row = (name: string, more: Partial<Row> = {}): Row => ({
  name,
  service: true,
  state: "waiting",
  what: "waiting",
  note: "",
  seconds: 0,
  ...more,
});
const working = { state: "working", what: "starting" } as const;
const healthy = { state: "done", what: "healthy" } as const;

/** What a log gets for these rows. */
function logOf(...rows: readonly Row[]): string {
  let text = "";
  const log = display(new Progress([]), { write: (part) => (text += part) });
  for (const each of rows) log.row(each);
  log.remark({ severity: "error", text: "it broke" });
  log.end();
  return stripVTControlCharacters(text);
}

describe("an update in a log", () => {
  it("has a line when a service begins and when it is done", () => {
    expect(logOf(row("a", working), row("a", { ...healthy, seconds: 3.4 }))).toBe(
      "a: starting\na: healthy after 3 s\nerror: it broke\n",
    );
  });

  it("is silent about what waits, what stays, and small steps", () => {
    const small = { service: false, state: "working", what: "creating" } as const;
    expect(logOf(row("a"), row("b", { state: "same", what: "unchanged" }), row("b-files", small))).toBe(
      "error: it broke\n",
    );
  });

  it("has what a step says of itself at once, but not every time", () => {
    const rows = ["1 %", "2 %", "3 %"].map((note) => row("a", { ...working, note }));
    expect(logOf(...rows)).toBe("a: 1 %\nerror: it broke\n");
  });

  it("has everything that fails", () => {
    expect(logOf(row("b-files", { service: false, state: "failed", what: "failed", seconds: 1 }))).toBe(
      "b-files: failed after 1 s\nerror: it broke\n",
    );
  });
});

describe("an update on a terminal", () => {
  const lines = (...args: Parameters<typeof frame>): string[] =>
    stripVTControlCharacters(frame(...args))
      .split("\n")
      .map((line) => line.trimEnd());

  it("shows every service, and other steps only while they run or when they failed", () => {
    const other = row("network edge", { service: false, state: "done", what: "done" });
    const model = row("model", { service: false, state: "working", what: "creating", note: "43 %", seconds: 12 });
    const shown = lines([row("a", { ...healthy, seconds: 2 }), row("b"), other, model], 0, 20);
    expect(shown).toEqual([
      expect.stringMatching(/^ +Service +State/),
      expect.stringMatching(/^✓ +a +healthy +2 s$/),
      expect.stringMatching(/^ +b +waiting$/),
      expect.stringMatching(/^⠋ +model +creating +12 s +43 %$/),
    ]);
  });

  it("shows what needs a look where there is no room for all", () => {
    const rows = [row("a", working), ...["b", "c", "d", "e", "f"].map((name) => row(name, healthy))];
    const shown = lines(rows, 1, 5);
    expect(shown).toEqual([
      expect.stringMatching(/Service/),
      expect.stringMatching(/^⠙ +a +starting$/),
      "5 of 6 services are ready",
    ]);
  });
});
