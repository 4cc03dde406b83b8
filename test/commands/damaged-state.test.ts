import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isEmpty, isFinished, isRestored, repairState, settleRestored, stateFile } from "../../commands/damaged-state";

let backend: string;
beforeEach(() => {
  backend = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-state-test-"));
});
afterEach(() => fs.rmSync(backend, { recursive: true }));

const FILE = ".pulumi/stacks/project/dev.json";
const BAK = `${FILE}.bak`;
const BACKUP = ".pulumi/backups/project/dev";
const state = (version: number): string => JSON.stringify({ version, checkpoint: { latest: {} } });

/** Writes a file of the backend, as it was at a minute of an hour. */
function write(name: string, content: string, minute: number): void {
  const file = path.join(backend, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  fs.utimesSync(file, new Date(2026, 0, 1, 0, minute), new Date(2026, 0, 1, 0, minute));
}
/** The copy that was taken, "" for none; undefined: nothing was done. */
const repaired = (): string | undefined => {
  const repair = repairState(path.join(backend, FILE));
  return repair && (repair.copy === undefined ? "" : path.relative(backend, repair.copy));
};
const now = (): string => fs.readFileSync(path.join(backend, FILE), "utf8");

it("knows where a file backend keeps the state of a stack", () => {
  expect(stateFile("/state", "project", "dev")).toBe(`/state/${FILE}`);
});

describe("a state that is whole", () => {
  it("stays as it is", () => {
    write(FILE, state(1), 1);
    write(BAK, state(2), 2);
    expect(repaired()).toBeUndefined();
    expect(now()).toBe(state(1));
  });

  it("is not made where there is none", () => {
    expect(repaired()).toBeUndefined();
    expect(fs.existsSync(path.join(backend, FILE))).toBe(false);
  });
});

describe("a state that was cut off", () => {
  beforeEach(() => write(FILE, state(9).slice(0, 20), 9));

  it.each<[string, [string, string, number][], string, number]>([
    ["the one before the last write", [[BAK, state(8), 8]], BAK, 8],
    [
      "the newest of the finished updates",
      [
        [`${BACKUP}/dev.1.json`, state(1), 1],
        [`${BACKUP}/dev.2.json`, state(2), 2],
        [`${BACKUP}/dev.2.json.attrs`, "{}", 2],
      ],
      `${BACKUP}/dev.2.json`,
      2,
    ],
    [
      "one that is whole",
      [
        [BAK, state(8).slice(0, 10), 8],
        [`${BACKUP}/dev.2.json`, "", 7],
        [`${BACKUP}/dev.1.json`, state(1), 1],
      ],
      `${BACKUP}/dev.1.json`,
      1,
    ],
    [
      "the newer of both kinds",
      [
        [BAK, state(1), 1],
        [`${BACKUP}/dev.2.json`, state(2), 2],
      ],
      `${BACKUP}/dev.2.json`,
      2,
    ],
  ])("is replaced by its newest whole copy: %s", (_what, files, from, version) => {
    for (const [name, content, minute] of files) write(name, content, minute);
    expect(repaired()).toBe(from);
    expect(now()).toBe(state(version));
    expect(repaired()).toBeUndefined();
  });

  it("takes nothing from another stack", () => {
    write(".pulumi/backups/project/dev2/dev2.1.json", state(1), 1);
    write(".pulumi/stacks/project/dev2.json.bak", state(1), 1);
    expect(repaired()).toBe("");
  });

  it("is removed where there is no copy, so that the stack begins anew", () => {
    expect(repaired()).toBe("");
    expect(fs.existsSync(path.join(backend, FILE))).toBe(false);
  });

  it("is kept aside, where no backend reads it", () => {
    const damaged = now();
    const aside = repairState(path.join(backend, FILE))?.aside ?? "";
    expect(path.relative(backend, aside)).toMatch(new RegExp(`^${FILE}\\.aside-[\\dTZ-]+$`));
    expect(fs.readFileSync(aside, "utf8")).toBe(damaged);
  });

  it("loses what the backend noted about it", () => {
    write(`${FILE}.attrs`, "{}", 9);
    write(BAK, state(8), 8);
    repaired();
    expect(fs.existsSync(path.join(backend, `${FILE}.attrs`))).toBe(false);
  });

  it("is known to be an older one until an update has found out the rest", () => {
    const file = path.join(backend, FILE);
    write(BAK, state(8), 8);
    expect(isRestored(file)).toBe(false);
    repaired();
    expect(isRestored(file)).toBe(true);
    repaired();
    expect(isRestored(file)).toBe(true);
    settleRestored(file);
    expect(isRestored(file)).toBe(false);
  });
});

it.each(["", "null", "[]", "{}", '{"deployment":{}}'])("%j is no state", (content) => {
  write(FILE, content, 1);
  expect(repaired()).toBe("");
});

describe("isEmpty", () => {
  it.each([
    ["a stack that was never updated", JSON.stringify({ version: 3, checkpoint: {} }), true],
    ["a stack that is down", JSON.stringify({ version: 3, checkpoint: { latest: { manifest: {} } } }), true],
    ["a stack that is up", JSON.stringify({ version: 3, checkpoint: { latest: { resources: [{}] } } }), false],
    ["a state that was cut off", '{"version": 3, "check', false],
  ])("is told of %s", (_what, content, empty) => {
    write(FILE, content, 1);
    expect(isEmpty(path.join(backend, FILE))).toBe(empty);
  });
});

describe("isFinished", () => {
  const stored = (latest: object): string => JSON.stringify({ version: 3, checkpoint: { latest } });
  it.each([
    ["a state without anything under way", stored({ resources: [] }), true],
    ["a state of a stack that was never updated", JSON.stringify({ version: 3, checkpoint: {} }), true],
    ["a state with an operation under way", stored({ pending_operations: [{ type: "creating" }] }), false],
    ["a state that was cut off", '{"version": 3, "check', false],
    ["a file of another form", "5", false],
  ])("is told of %s", (_what, content, finished) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "state-"));
    const file = path.join(directory, "dev.json");
    fs.writeFileSync(file, content);
    expect(isFinished(file)).toBe(finished);
    fs.rmSync(directory, { recursive: true });
  });
});
