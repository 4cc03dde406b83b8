import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { writePage } from "../../commands/start-page";
import { pageDifferences, pageGeneration } from "../../engines/files/page";
import { PAGE_FILES } from "../../services/nginx-page";
import { planStack } from "../../stack";
import { drawnBy, startPageData } from "../../start-page";
import { configOf } from "../support/config";

const config = configOf({ imageSource: "build" });
const { plan } = planStack(config);
const page = startPageData(config, plan!);

let base: string;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), "start-page-test-"));
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const at = (name: string): string => path.join(base, "start-page", name);
const write = (): void => writePage({ base, generation: "word", page });

it("writes all files, which any container can read and none can change", () => {
  write();
  expect(fs.readdirSync(at("."))).toEqual(Object.keys(PAGE_FILES).sort());
  expect(fs.statSync(at("index.html")).mode & 0o777).toBe(0o444);
  expect(fs.statSync(at(".")).mode & 0o777).toBe(0o755);
  expect(fs.readFileSync(at("topology.svg"), "utf8")).toContain("</svg>");
});

it("stays as it is while nobody touches it", () => {
  expect(pageGeneration(base)).not.toBe(pageGeneration(base));
  expect(pageDifferences(base)).toEqual([path.join(base, "start-page")]);
  write();
  expect([pageGeneration(base), pageDifferences(base)]).toEqual(["word", []]);
});

it.each([
  ["edited", () => fs.appendFileSync(at("index.html"), "more"), "index.html"],
  ["deleted", () => fs.rmSync(at("page.js")), "page.js"],
  ["added", () => fs.writeFileSync(at("foreign.html"), ""), "foreign.html"],
])("a file that was %s is noticed, and put right in the same directory", (_what, change, name) => {
  write();
  const { ino } = fs.statSync(at("."));
  change();
  expect(pageDifferences(base)).toEqual([at(name)]);
  expect(pageGeneration(base)).not.toBe("word");
  write();
  expect(pageDifferences(base)).toEqual([]);
  // Running containers hold the directory itself.
  expect(fs.statSync(at(".")).ino).toBe(ino);
});

it("knows what draws it", () => {
  expect(drawnBy()).toMatch(/^[0-9a-f]{16}$/);
  expect(drawnBy()).toBe(drawnBy());
});
