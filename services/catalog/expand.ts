/** Variables in arguments and values of the catalog, as Go's os.Expand reads them: the gateway's rule. */

const VARIABLE = /\$\{([^}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*|[*#$@!?\-0-9])/g;

/** Text for a shell that stands for itself. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Names of `known` that a text uses. */
export const usedVariables = (text: string, known: ReadonlySet<string>): string[] =>
  [...text.matchAll(VARIABLE)].map(([, braced, bare]) => braced ?? bare ?? "").filter((name) => known.has(name));

/** One word for a shell: variables of `known` by reference, others as nothing, the rest as it stands. */
export function shellWord(text: string, known: ReadonlySet<string>): string {
  let at = 0;
  const parts: string[] = [];
  for (const match of text.matchAll(VARIABLE)) {
    const name = match[1] ?? match[2] ?? "";
    const before = text.slice(at, match.index);
    if (before !== "") parts.push(quoted(before));
    if (known.has(name)) parts.push(`"\${${name}}"`);
    at = match.index + match[0].length;
  }
  const rest = text.slice(at);
  if (rest !== "" || parts.length === 0) parts.push(quoted(rest));
  return parts.join("");
}

/** The text without any variable. */
export const withoutVariables = (text: string): string => text.replace(VARIABLE, "");
