/** That a refusal leaves everything as it was: for tests of what cannot work. */
import fs from "node:fs";
import path from "node:path";
import { PROJECT, type TestStack } from "./stack";

/** Everything that a stack makes, by its ids. */
export interface Made {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly resources: readonly unknown[];
  /** Each file and directory below dataDir: path, mode, owner and content. */
  readonly data: readonly string[];
}

export const NOTHING: Made = { containers: [], networks: [], volumes: [], resources: [], data: [] };

interface State {
  readonly checkpoint: { readonly latest?: { readonly resources?: readonly unknown[] } };
}

function entry(base: string, name: string): string {
  const file = path.join(base, name);
  const { mode, uid, gid } = fs.statSync(file);
  const content = fs.statSync(file).isFile() ? fs.readFileSync(file, "base64") : "";
  return [name, mode.toString(8), `${uid}:${gid}`, content].join(" ");
}

const dataOf = (base: string): string[] =>
  fs.existsSync(base)
    ? fs
        .readdirSync(base, { recursive: true, encoding: "utf8" })
        .map((name) => entry(base, name))
        .sort()
    : [];

/** What there is of a stack now. */
export async function everythingOf(stack: TestStack): Promise<Made> {
  const filters = { label: [`mcp-stack.stack=${stack.name}`] };
  const file = path.join(stack.stateDir, `.pulumi/stacks/${PROJECT}/${stack.name}.json`);
  const state = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as State) : undefined;
  const { Volumes } = await stack.docker.listVolumes({ filters });
  return {
    containers: (await stack.containers()).map(({ Id }) => Id).sort(),
    networks: (await stack.docker.listNetworks({ filters })).map(({ Id }) => Id).sort(),
    volumes: Volumes.map(({ Name }) => Name).sort(),
    resources: state?.checkpoint.latest?.resources ?? [],
    data: dataOf(stack.dataDir),
  };
}

/** Runs both commands; each has to fail with all of these lines, and to leave everything as it was. */
export async function expectRefused(stack: TestStack, lines: readonly string[], before: Made): Promise<void> {
  for (const attempt of [await stack.run("up"), await stack.pulumi("preview")]) {
    expect(attempt.code).not.toBe(0);
    for (const line of lines) expect(attempt.output).toContain(line);
  }
  expect(await everythingOf(stack)).toEqual(before);
}
