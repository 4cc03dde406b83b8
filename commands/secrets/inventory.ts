/** Which secrets a stack has, and who uses them: names only, pure but for the question whether a file is there. */
import type { ServiceSpec } from "../../services/spec";
import { plannedContainers, plannedSecrets, type StackPlan } from "../../stack";

/** One secret, without its value. */
export interface SecretEntry {
  readonly name: string;
  readonly kind: "generated" | "yours";
  /** Services and one-shots that mount it. */
  readonly usedBy: readonly string[];
  /** Of yours: whether it has a value; of generated ones: whether it was made yet. */
  readonly present: boolean;
}

const mounting = (specs: readonly ServiceSpec[], name: string): string[] =>
  specs.filter(({ secrets }) => secrets.some(({ secret }) => secret === name)).map((spec) => spec.name);

/**
 * @param made whether a generated secret is there
 * @param values names of the user's secrets that have a value
 */
export function inventory(
  plan: StackPlan,
  made: (name: string) => boolean,
  values: readonly string[],
): readonly SecretEntry[] {
  const [specs, planned] = [plannedContainers(plan), plannedSecrets(plan)];
  const generated = planned.generated.map(({ name }): SecretEntry => ({
    name,
    kind: "generated",
    usedBy: mounting(specs, name),
    present: made(name),
  }));
  const yours = planned.copied.flatMap(({ name, names }) =>
    names.map((variable) => [variable, mounting(specs, name)] as const),
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
