/** Packages of a requirements.txt with hashes, as uv and pip-tools write it. Pure. */
import { packageUrl, type Part } from "./part";

const PINNED =
  /^(?<name>[A-Za-z0-9][\w.-]*)(?:\[[\w,. -]*\])?==(?<version>[^\s;]+)(?:\s*;[^#]*?)?(?<hashes>(?:\s+--hash=\S+)*)$/;

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
const normalized = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, "-");

/** A package has one file for each platform and Python; each has its hash, and which one was installed the lock does not say. */
const hashProperties = (hashes: string): Part["properties"] =>
  [...hashes.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash = ""]) => ["file-sha256", hash] as const);

/** Every package of the text. @throws Error that names the file and the line that is no pinned package */
export function pythonParts(text: string, file: string, within: readonly string[]): Part[] {
  const lines = text.replace(/\\\r?\n/g, " ").split(/\r?\n/);
  return lines.flatMap((line): Part[] => {
    const plain = line.trim();
    if (plain === "" || plain.startsWith("#")) return [];
    const { name, version, hashes = "" } = PINNED.exec(plain)?.groups ?? {};
    if (name === undefined || version === undefined)
      throw new Error(`${file}: "${plain.slice(0, 80)}" is no pinned package; write NAME==VERSION --hash=sha256:…`);
    const purl = packageUrl("pypi", normalized(name), { version });
    const properties = [["lock", file] as const, ...hashProperties(hashes)];
    return [{ kind: "python", ref: purl, purl, name: normalized(name), version, source: "PyPI", properties, within }];
  });
}
