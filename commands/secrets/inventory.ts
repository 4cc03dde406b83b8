/** Which secrets a stack has, and who uses them: names only, pure but for the question whether a file is there. */
import type { CopyPlan, SecretPlan } from "../../engines/files/layout";
import type { ServiceSpec } from "../../services/spec";
import { plannedContainers, type StackPlan } from "../../stack";

/** One secret, without its value. */
export interface SecretEntry {
  readonly name: string;
  readonly kind: "generated" | "yours";
  /** Services and one-shots that mount it. */
  readonly usedBy: readonly string[];
  /** Of yours: whether the secrets file has a value; of generated ones: whether it was made yet. */
  readonly present: boolean;
}

interface Parts {
  readonly generated: readonly SecretPlan[];
  readonly copied: readonly CopyPlan[];
}

/** Every part of the plan that has secrets. */
const parts = ({ secrets, ai, dify }: StackPlan): Parts[] =>
  [secrets, ai?.secrets, dify?.secrets].filter((part) => part !== undefined);

/** All secrets that are generated, as they are planned. */
export const generatedSecrets = (plan: StackPlan): SecretPlan[] => parts(plan).flatMap(({ generated }) => generated);

const mounting = (specs: readonly ServiceSpec[], name: string): string[] =>
  specs.filter(({ secrets }) => secrets.some(({ secret }) => secret === name)).map((spec) => spec.name);

/**
 * @param made whether a generated secret is there
 * @param values names that have a value in the secrets file
 */
export function inventory(
  plan: StackPlan,
  made: (name: string) => boolean,
  values: readonly string[],
): readonly SecretEntry[] {
  const specs = plannedContainers(plan);
  const generated = generatedSecrets(plan).map(({ name }): SecretEntry => ({
    name,
    kind: "generated",
    usedBy: mounting(specs, name),
    present: made(name),
  }));
  const yours = parts(plan).flatMap(({ copied }) =>
    copied.flatMap(({ name, names }) => names.map((variable) => [variable, mounting(specs, name)] as const)),
  );
  const users = new Map<string, string[]>();
  for (const [variable, services] of yours) users.set(variable, [...(users.get(variable) ?? []), ...services]);
  return [
    ...generated,
    ...[...users].map(([name, usedBy]): SecretEntry => ({
      name,
      kind: "yours",
      usedBy,
      present: values.includes(name),
    })),
  ];
}
