import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ownRules } from "../policy-file";

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-policy-"));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const write = (name: string, content: string): string => {
  const file = path.join(directory, name);
  fs.writeFileSync(file, content);
  return file;
};
const fault = (file: string): string | undefined => ownRules(file).faults[0];

it("there are no rules without a file", () => {
  expect(ownRules(undefined)).toEqual({ rules: [], faults: [] });
});

it.each([
  ["rules.cjs", 'module.exports = { rules: [{ name: "a", asks: "b", check: () => [] }] };'],
  ["rules.js", 'exports.rules = [{ name: "a", asks: "b", check: () => [] }];'],
  ["rules.ts", 'export const rules: readonly object[] = [{ name: "a", asks: "b", check: () => [] }];'],
  ["default.ts", 'export default { rules: [{ name: "a", asks: "b", check: () => [] }] };'],
])("rules come from %s", (name, content) => {
  const { rules, faults } = ownRules(write(name, content));
  expect(faults).toEqual([]);
  expect(rules.map((rule) => rule.name)).toEqual(["a"]);
});

it("a file that is not there is named, with the form of one and the way out", () => {
  expect(fault(path.join(directory, "none.js"))).toBe(
    `policyFile: "${directory}/none.js" is not there; expected module.exports = { rules: [{ name: "my-rule", asks: "…", check: ({ service, container, config }) => [] }] }; ` +
      "correct it, or remove it: pulumi config rm policyFile",
  );
});

it.each([
  ["rules.yaml", "", "is no .js, .cjs or .ts (.yaml)"],
  ["rules", "", "is no .js, .cjs or .ts (no extension)"],
  ["rules.cjs", 'throw new Error("no luck");', "cannot be loaded: no luck"],
  ["rules.cjs", "module.exports = {};", "has no list of rules"],
  ["rules.cjs", "exports.rules = [null];", "rule 1 has no name of lower-case words with hyphens"],
  ["rules.cjs", 'exports.rules = [{ name: "A b" }];', "rule 1 has no name of lower-case words with hyphens"],
  ["rules.cjs", 'exports.rules = [{ name: "a" }];', 'rule 1 ("a") does not say in asks what it asks for'],
  ["rules.cjs", 'exports.rules = [{ name: "a", asks: "b" }];', 'rule 1 ("a") has no function check'],
  [
    "rules.cjs",
    'exports.rules = [{ name: "privileged", asks: "b", check() {} }];',
    'the name "privileged" is used twice',
  ],
])("%s with %j: %s", (name, content, why) => {
  expect(fault(write(name, content))).toContain(why);
  expect(ownRules(path.join(directory, name)).rules).toEqual([]);
});
