import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { changeable } from "../../../commands/bench/changeable";
import { serverNames } from "../../../commands/bench/many-servers";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "changeable-"));
  file = path.join(directory, "some.yaml");
});
afterEach(() => rmSync(directory, { recursive: true }));

const TEXT = "# words\nkept: 1\nconfig: { a: x, b: y }\n";

it("a file has other values beside its own, each time from what it was, and is then the same again to the letter", () => {
  writeFileSync(file, TEXT);
  const { change, restore } = changeable(file);
  change("config", () => ({ a: "z" }));
  change("config", ({ a }) => ({ c: a }));
  expect(parse(readFileSync(file, "utf8"))).toEqual({ kept: 1, config: { a: "x", b: "y", c: "x" } });
  restore();
  expect(readFileSync(file, "utf8")).toBe(TEXT);
});

it("a file that was not there is gone again", () => {
  const { change, restore } = changeable(file);
  change("config", () => ({ a: "z" }));
  expect(parse(readFileSync(file, "utf8"))).toEqual({ config: { a: "z" } });
  restore();
  expect(existsSync(file)).toBe(false);
});

it("fifty servers are fifty names, the first of them time", () => {
  const names = serverNames(50);
  expect(new Set(names).size).toBe(50);
  expect([names[0], serverNames(1)]).toEqual(["time", ["time"]]);
});
