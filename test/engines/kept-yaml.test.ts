import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseKept } from "../../engines/kept-yaml";
import { PROJECT_ROOT } from "../../engines/project-root";

/** One that nobody has parsed before. */
const fresh = (): string => `# ${randomUUID()}\nlist: [1, two, null]\nmap: { a: true }\n`;
const DATA = { list: [1, "two", null], map: { a: true } };
const { version } = JSON.parse(fs.readFileSync(path.join(PROJECT_ROOT, "node_modules/yaml/package.json"), "utf8")) as {
  version: string;
};
const kept = (text: string): string => {
  const hash = createHash("sha256").update(`yaml ${version}\n`).update(text).digest("hex");
  return path.join(PROJECT_ROOT, ".cache", "yaml", `${hash}.json`);
};

const texts: string[] = [];
const text = (): string => {
  const made = fresh();
  texts.push(made);
  return made;
};
afterAll(() => texts.forEach((one) => fs.rmSync(kept(one), { force: true })));

it("says the same the first time and when it was kept", () => {
  const one = text();
  expect(parseKept(one)).toEqual(DATA);
  expect(JSON.parse(fs.readFileSync(kept(one), "utf8"))).toEqual(DATA);
  fs.writeFileSync(kept(one), '"from what was kept"');
  expect(parseKept(one)).toBe("from what was kept");
});

it("parses anew what was kept in part only", () => {
  const one = text();
  parseKept(one);
  fs.writeFileSync(kept(one), '{"list": [1');
  expect(parseKept(one)).toEqual(DATA);
});

it("keeps nothing of a text that is no YAML", () => {
  const one = "a: [1\n";
  expect(() => parseKept(one)).toThrow(/line 2/);
  expect(fs.existsSync(kept(one))).toBe(false);
});
