/** Rules of the user's own, from a file of theirs. */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { RULES } from "./services/policy/rules";
import type { Rule } from "./services/policy/subject";

const FORM =
  'module.exports = { rules: [{ name: "my-rule", asks: "…", check: ({ service, container, config }) => [] }] }';

export interface OwnRules {
  readonly rules: readonly Rule[];
  /** One line each. */
  readonly faults: readonly string[];
}

const ruleFault = (rule: Partial<Rule> | null, index: number): string | undefined => {
  const at = `rule ${index + 1}`;
  if (typeof rule?.name !== "string" || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(rule.name))
    return `${at} has no name of lower-case words with hyphens`;
  if (typeof rule.asks !== "string" || rule.asks === "")
    return `${at} ("${rule.name}") does not say in asks what it asks for`;
  if (typeof rule.check !== "function") return `${at} ("${rule.name}") has no function check`;
  return undefined;
};

function repeated(rules: readonly Rule[]): string[] {
  const names = [...RULES, ...rules].map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => `the name "${name}" is used twice`);
}

/** What a file gives, in its own words; JavaScript, or TypeScript without a check of types. */
function contentOf(file: string): unknown {
  const { rules, default: whole } = createRequire(__filename)(file) as {
    rules?: unknown;
    default?: { rules?: unknown };
  };
  return rules ?? whole?.rules;
}

/** The rules of `policyFile`; none where the key is not set. Every fault of the file comes back together. */
export function ownRules(file: string | undefined): OwnRules {
  if (file === undefined) return { rules: [], faults: [] };
  const failed = (why: string) => ({
    rules: [],
    faults: [`policyFile: "${file}" ${why}; expected ${FORM}; correct it, or remove it: pulumi config rm policyFile`],
  });
  if (!fs.existsSync(file)) return failed("is not there");
  if (!/\.(c?js|ts)$/.test(file)) return failed(`is no .js, .cjs or .ts (${path.extname(file) || "no extension"})`);
  let rules: unknown;
  try {
    rules = contentOf(file);
  } catch (error) {
    return failed(`cannot be loaded: ${(error as Error).message.split("\n")[0]}`);
  }
  if (!Array.isArray(rules)) return failed("has no list of rules");
  const faults = (rules as Rule[]).flatMap((rule, index) => ruleFault(rule, index) ?? []);
  const all = [...faults, ...(faults.length === 0 ? repeated(rules as Rule[]) : [])];
  return all.length > 0 ? failed(all.join("; ")) : { rules: rules as Rule[], faults: [] };
}
