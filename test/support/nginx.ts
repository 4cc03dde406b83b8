/** Reads nginx.conf as Nginx does: quotes are taken off, backslashes before anything but a quote or themselves stay. */

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** Undefined: ended by a semicolon. */
  readonly block?: readonly Directive[];
}

const TOKEN = /\s+|#[^\n]*|([{};])|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|((?:[^\s;{}"'\\]|\\.|\$\{)+)/gy;

interface Token {
  readonly text: string;
  readonly mark: boolean;
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    const [, mark, double, single, bare] = match;
    const text = mark ?? double ?? single ?? bare;
    if (text !== undefined) found.push({ text: text.replace(/\\(["'\\])/g, "$1"), mark: mark !== undefined });
  }
  if (end !== source.length) throw new Error(`nginx.conf cannot be read from: ${source.slice(end, end + 80)}`);
  return found;
}

function block(rest: Token[], nested: boolean): Directive[] {
  const directives: Directive[] = [];
  let words: string[] = [];
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    const [name = "", ...args] = words;
    if (!token.mark) words.push(token.text);
    else if (token.text === "}" && nested && words.length === 0) return directives;
    else if (token.text === "}" || words.length === 0) throw new Error(`"${token.text}" after "${words.join(" ")}"`);
    else {
      directives.push(token.text === "{" ? { name, args, block: block(rest, true) } : { name, args });
      words = [];
    }
  }
  if (nested || words.length > 0) throw new Error(`nginx.conf ends within "${words.join(" ")}"`);
  return directives;
}

/** @throws Error for text that Nginx would not read. */
export const parseNginx = (source: string): Directive[] => block(tokens(source), false);

/** The directives of that name, in order. */
export const all = (directives: readonly Directive[] | undefined, name: string): Directive[] =>
  (directives ?? []).filter((directive) => directive.name === name);

/** The arguments of the one directive of that name, joined by spaces; undefined: there is none. @throws Error for several. */
export function one(directives: readonly Directive[] | undefined, name: string): string | undefined {
  const [found, ...more] = all(directives, name);
  if (more.length > 0) throw new Error(`${name} is there ${more.length + 1} times`);
  return found?.args.join(" ");
}

/** The block of the directive with that name and these arguments. @throws Error when there is none. */
export function inside(
  directives: readonly Directive[] | undefined,
  name: string,
  ...args: string[]
): readonly Directive[] {
  const found = all(directives, name).find((directive) => directive.args.join(" ") === args.join(" "));
  if (found?.block === undefined) throw new Error(`there is no block ${name} ${args.join(" ")}`);
  return found.block;
}

/** What a `map` block makes of a text: equal entries first (in any case), then expressions in their order, then the default. */
export function mapped(map: readonly Directive[], text: string): string | undefined {
  const equal = map.find(({ name }) => name.toLowerCase() === text.toLowerCase() && name !== "default");
  const expression = map.find(({ name }) => {
    const [, anyCase, pattern] = /^~(\*?)(.*)$/.exec(name) ?? [];
    // To PCRE, a bracket that begins a class is one of its characters; JavaScript wants it escaped.
    return pattern !== undefined && new RegExp(pattern.replaceAll("[]", "[\\]"), anyCase === "*" ? "i" : "").test(text);
  });
  return (equal ?? expression)?.args[0] ?? one(map, "default");
}
