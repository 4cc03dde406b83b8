/** Modules of a go.mod, with their sums of go.sum. Pure. */
import { packageUrl, type Part } from "./part";

interface Module {
  readonly path: string;
  /** Undefined in a replacement: of every version. */
  readonly version: string | undefined;
}

/** https://go.dev/ref/mod#go-mod-file: directives stand alone or in blocks, comments begin with two slashes. */
function directives(text: string): { readonly verb: string; readonly words: readonly string[] }[] {
  let block: string | undefined;
  return text.split("\n").flatMap((line) => {
    const words = line
      .replace(/\/\/.*$/, "")
      .trim()
      .split(/\s+/)
      .filter(Boolean);
    const [first = "", ...others] = words;
    if (block !== undefined && first === ")") block = undefined;
    else if (others.at(-1) === "(") block = first;
    else if (words.length > 0) return [block === undefined ? { verb: first, words: others } : { verb: block, words }];
    return [];
  });
}

/** What `replace` puts in the place of modules: path, or path and version, → module. */
function replacements(all: ReturnType<typeof directives>, file: string): Map<string, Module> {
  const found = all.filter(({ verb }) => verb === "replace");
  return new Map(
    found.map(({ words }) => {
      const arrow = words.indexOf("=>");
      const [path, version] = words.slice(arrow + 1);
      if (arrow < 1 || path === undefined || version === undefined)
        throw new Error(`${file}: "replace ${words.join(" ")}" names no version; replace by PATH VERSION`);
      return [words.slice(0, arrow).join(" "), { path, version }];
    }),
  );
}

/** Lines of go.sum for whole modules: "path version" → sum. Those of go.mod files alone are left out. */
const sumsOf = (text: string): Map<string, string> =>
  new Map(
    text.split("\n").flatMap((line) => {
      const [path, version, sum] = line.split(" ");
      return sum === undefined || version?.endsWith("/go.mod") ? [] : [[`${path} ${version}`, sum] as const];
    }),
  );

function partOf({ path, version }: Module, sum: string | undefined, file: string): Omit<Part, "within"> {
  const slash = path.lastIndexOf("/");
  const namespace = slash < 0 ? undefined : path.slice(0, slash);
  const purl = packageUrl("golang", path.slice(slash + 1), { namespace, version });
  const properties = [["lock", file] as const, ...(sum === undefined ? [] : [["go-sum", sum] as const])];
  return { kind: "go", ref: purl, purl, name: path, version, source: "Go", properties };
}

/** Every module that the text of a go.mod requires, as it is after `replace`. @throws Error that names the file */
export function goParts(mod: string, sum: string, file: string, within: readonly string[]): Part[] {
  const all = directives(mod);
  const replaced = replacements(all, file);
  const sums = sumsOf(sum);
  return all
    .filter(({ verb }) => verb === "require")
    .map(({ words: [path = "", version = ""] }) => {
      const used = replaced.get(`${path} ${version}`) ?? replaced.get(path) ?? { path, version };
      return { ...partOf(used, sums.get(`${used.path} ${used.version}`), file), within };
    });
}
