/** Applies rules to what is planned, and waivers to what they find: pure. */
import { isServerOverride } from "../../config-keys-overrides";
import { shippedReason } from "./shipped";
import type { Finding, Rule, Subject } from "./subject";

/** A finding with the rule and the service that it is about. */
export interface Violation extends Finding {
  readonly rule: string;
  readonly service: string;
}

export interface PolicyInput {
  readonly rules: readonly Rule[];
  readonly subjects: readonly Subject[];
  /** RULE/SERVICE → reason. */
  readonly waivers: Readonly<Record<string, string>>;
}

export interface PolicyResult {
  /** One line for each violation that nobody waived, and for each waiver that cannot be right. */
  readonly faults: readonly string[];
  /** One line for each waiver of the user's that counts. */
  readonly waived: readonly string[];
  /** One line that says what was applied. */
  readonly summary: string;
}

const keyOf = ({ rule, service }: Violation): string => `${rule}/${service}`;

/** @throws Error naming the rule, when a rule of the user's throws or gives what is no list of findings. */
function apply(rule: Rule, subject: Subject): Violation[] {
  const at = `policy rule "${rule.name}", applied to ${subject.service.name},`;
  let findings: unknown;
  try {
    findings = rule.check(subject);
  } catch (error) {
    throw new Error(`${at} failed: ${(error as Error).message}; correct it in policyFile`, { cause: error });
  }
  const complete = (finding: Finding | null): boolean =>
    (["found", "expected", "next"] as const).every((part) => typeof finding?.[part] === "string");
  if (!Array.isArray(findings) || !(findings as Finding[]).every(complete))
    throw new Error(`${at} gave no list of { found, expected, next }; correct it in policyFile`);
  return (findings as Finding[]).map((finding) => ({ ...finding, rule: rule.name, service: subject.service.name }));
}

const fault = (violation: Violation): string => {
  const { rule, service, found, expected, next } = violation;
  return (
    `policy ${rule}: ${service}: ${found}; expected ${expected}; ${next}, ` +
    `or say why it may be so: pulumi config set --path 'policyWaivers["${keyOf(violation)}"]' "REASON"`
  );
};

/** A waiver for nothing would hide the next violation of its name. */
function idleWaivers({ rules, subjects, waivers }: PolicyInput, violations: readonly Violation[]): string[] {
  const found = new Set(violations.map(keyOf));
  const why = (key: string): string => {
    const [rule = "", service = ""] = key.split("/");
    if (!rules.some(({ name }) => name === rule))
      return `there is no rule "${rule}" (there are ${rules.map(({ name }) => name).join(", ")})`;
    if (!subjects.some((subject) => subject.service.name === service)) return `no service "${service}" runs`;
    return `${service} does not violate ${rule}`;
  };
  return Object.keys(waivers)
    .filter((key) => !found.has(key))
    .map(
      (key) =>
        `policyWaivers: "${key}" waives nothing: ${why(key)}; remove it: pulumi config rm --path 'policyWaivers["${key}"]'`,
    );
}

/** Applies every rule to every service. @throws Error for a rule of the user's that cannot be applied. */
export function applyPolicy(input: PolicyInput): PolicyResult {
  const { rules, subjects, waivers } = input;
  const violations = subjects
    .flatMap((subject) => rules.flatMap((rule) => apply(rule, subject)))
    .filter(({ rule, service }) => shippedReason(rule, service, isServerOverride(service)) === undefined);
  const open = violations.filter((violation) => waivers[keyOf(violation)] === undefined);
  const waived = violations.filter((violation) => waivers[keyOf(violation)] !== undefined);
  return {
    faults: [...open.map(fault), ...idleWaivers(input, violations)],
    waived: waived.map((it) => `policy ${keyOf(it)} is waived: ${waivers[keyOf(it)]} (${it.found})`),
    summary: `policy: ${rules.length} rules hold for ${subjects.length} services${waived.length > 0 ? `, but for ${waived.length} waived` : ""}`,
  };
}
