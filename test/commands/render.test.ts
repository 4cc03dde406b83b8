import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { configDoc } from "../../commands/config-doc";
import { render, staleMessages } from "../../commands/render";
import { GROUPS, KEYS, parse, type Key } from "../../config";
import { nginxConf } from "../../services/nginx-conf";
import { configOf } from "../support/config";
import { setSecretCommand } from "../../services/user-secrets";

const FILES = ["docker/mcp-router/nginx.conf", "CONFIG.md"];
const stale = (file: string): string => `${file} is not what its sources give; run: npm run render`;

describe("generated files", () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "render-test-"));
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("are fresh in this checkout", () => {
    expect(staleMessages()).toEqual([]);
  });

  it("are named, with the command to run, when they are missing", () => {
    expect(staleMessages(root)).toEqual(FILES.map(stale));
  });

  it("are written when they are missing, and left alone when they are fresh", () => {
    expect(render(root)).toEqual(FILES);
    expect(render(root)).toEqual([]);
    expect(staleMessages(root)).toEqual([]);
  });

  it("are named and written again when somebody edited them", () => {
    render(root);
    fs.appendFileSync(path.join(root, "CONFIG.md"), "edited");

    expect(staleMessages(root)).toEqual([stale("CONFIG.md")]);
    expect(render(root)).toEqual(["CONFIG.md"]);
  });

  it("hold nginx.conf of the default config, whatever the environment says", () => {
    render(root);

    expect(fs.readFileSync(path.join(root, "docker/mcp-router/nginx.conf"), "utf8")).toBe(nginxConf(configOf()));
  });
});

/** The part of CONFIG.md about one key. */
const about = (name: string): string =>
  configDoc()
    .split(/^#+ /m)
    .find((part) => part.startsWith(`${name}\n`)) ?? "";

/** What `pulumi config set` with these arguments makes of an empty config. */
function setBy(example: string): Record<string, string> {
  const [, key = "", value = ""] =
    /^(?:--\w+ )*(\S+) (?:"(?=.*"$))?(\S+|.*(?="$))"?$/.exec(example.replaceAll("'", "")) ?? [];
  const [name = "", ...inner] = [...key.matchAll(/\["([^"]+)"\]|([^.[]+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
  const typed: unknown = inner.length > 0 && /^\d+$/.test(value) ? Number(value) : value;
  const nested = inner.reduceRight((below, part) => ({ [part]: below }), typed);
  return { [name]: inner.length > 0 ? JSON.stringify(nested) : value };
}

describe("CONFIG.md", () => {
  it.each(Object.entries<Key>(KEYS))("describes %s: what it is, its default, its variable, an example", (name, key) => {
    expect(about(name)).toContain(`${key.description}.`);
    expect(about(name)).toContain("- Default: ");
    expect(about(name)).toContain(`\`pulumi config set ${key.example}\``);
    const [, variable] = /- Environment variable: `(\w+)`/.exec(about(name)) ?? [];
    expect(variable).toBe(key.env);
  });

  it("groups all of them", () => {
    expect(GROUPS.filter((group) => !configDoc().includes(`\n## ${group}\n`))).toEqual([]);
    expect(Object.values<Key>(KEYS).filter(({ group }) => !GROUPS.includes(group))).toEqual([]);
  });

  it("has the example of secrets that messages give, without a value: that comes by standard input", () => {
    expect(`pulumi config set ${KEYS.secrets.example}`).toBe(setSecretCommand("OPENAI_API_KEY"));
  });

  const texts = Object.entries<Key>(KEYS).filter(([name]) => name !== "secrets");
  it.each(texts)("has an example of %s that is valid and not the default", (name, { example }) => {
    const set = setBy(example.replace("…", "0".repeat(64)));
    const { faults, origins } = parse({ project: "p", stack: "s", directory: "/", set, env: {} });
    expect(Object.keys(set)).toEqual([name]);
    expect({ faults, changed: origins.length }).toEqual({ faults: [], changed: 1 });
  });
});
