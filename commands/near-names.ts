/** Names as people type them. */
import leven from "leven";

/** Known names that may be what was meant, the nearest first: one that holds it, or one with up to a third of other letters. */
export function nearNames(name: string, known: readonly string[]): string[] {
  const distance = (other: string): number => leven(name, other);
  return known
    .filter((other) => other.includes(name) || distance(other) <= Math.ceil(Math.max(name.length, other.length) / 3))
    .sort((a, b) => distance(a) - distance(b));
}

/** @throws Error that says which services (or whatever `kind` they are) there are, when one is unknown */
export function requireKnown(names: readonly string[], known: readonly string[], kind = "service"): void {
  const lines = names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const [near] = nearNames(name, known);
      const hint = near === undefined ? "." : `; did you mean ${near}?`;
      return `"${name}" is no ${kind} of this stack${hint} There are: ${known.join(", ")}`;
    });
  if (lines.length > 0) throw new Error(lines.join("\n"));
}
