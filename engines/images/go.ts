/** Go programs: built once on the host, with its module and build cache, and copied into images. */
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import type { BuildEntry } from "./lock";
import type { Step } from "./progress";
import { run } from "./run";

export type GoRecipe = NonNullable<BuildEntry["go"]>;

/** Node's name of an architecture → Go's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Where the finished program lies: named by the hash of its modules and flags. `context` holds go.mod and go.sum. */
export function goProgram(name: string, recipe: GoRecipe, context: string, cache: string): string {
  const hash = createHash("sha256").update(JSON.stringify([recipe, process.arch]));
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(path.join(context, file)));
  return path.join(cache, "go", `${name}-${hash.digest("hex").slice(0, 16)}`);
}

/** Builds the program unless it lies in the cache; gives its path. Throws if Go is missing. */
export async function buildGo(
  step: Step,
  name: string,
  recipe: GoRecipe,
  context: string,
  cache: string,
): Promise<string> {
  const program = goProgram(name, recipe, context, cache);
  if (existsSync(program)) return program;
  if (spawnSync("go", ["version"]).status !== 0) {
    throw new Error(
      `${name} is built from Go's module proxy, and Go is missing; install Go 1.26 or newer, or set imageSource to pull`,
    );
  }
  mkdirSync(path.dirname(program), { recursive: true });
  step.note(`go build ${recipe.package} (several minutes the first time)`);
  const unfinished = `${program}.${process.pid}`;
  // These flags are also the key of Go's build cache.
  const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", recipe.ldflags, "-o", unfinished, recipe.package];
  const env = {
    ...process.env,
    CGO_ENABLED: "0",
    GOOS: "linux",
    GOARCH: ARCHITECTURES[process.arch] ?? process.arch,
  };
  await run(step, "go", args, { cwd: context, env });
  renameSync(unfinished, program);
  return program;
}
