/** The command as people and scripts call it. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { readLock } from "../../../engines/images/lock";
import { PROJECT_ROOT } from "../../../engines/project-root";

let directory: string;
beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "sbom-"))));
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** Of a stack without a file, so that every key has its default; an engine that nobody could reach. */
const run = (...args: string[]) => {
  const command = ["--require", "./loader.js", "commands/main.ts", "sbom", "--stack", "stack-of-this-test", ...args];
  const env = { ...process.env, DOCKER_HOST: "unix:///nowhere/engine.sock" };
  return spawnSync(process.execPath, command, { cwd: PROJECT_ROOT, encoding: "utf8", env, maxBuffer: 2 ** 26 });
};

it("prints the document with --json, and writes the same with --output", () => {
  const printed = run("--json");
  expect([printed.status, printed.stderr]).toEqual([0, ""]);
  const { bomFormat, specVersion, components } = JSON.parse(printed.stdout) as Record<string, unknown>;
  expect([bomFormat, specVersion]).toEqual(["CycloneDX", "1.6"]);
  const file = path.join(directory, "below", "sbom.json");
  const written = run("--output", file);
  expect([written.status, written.stdout]).toEqual([0, ""]);
  expect(stripVTControlCharacters(written.stderr)).toMatch(
    new RegExp(`^wrote ${file}: ${(components as object[]).length} components, \\d+ without a known licence\n$`),
  );
  expect(fs.readFileSync(file, "utf8")).toBe(printed.stdout);
});

it("prints a table without either", () => {
  const { status, stdout } = run();
  const lines = stripVTControlCharacters(stdout).trimEnd().split("\n");
  expect(status).toBe(0);
  expect(lines[0]).toMatch(/^Kind +Name +Version +Licence +Digest +Source$/);
  const traefik = /^docker\.io\/library\/traefik:(\S+)@sha256:(.{12})/.exec(readLock().traefik?.pull?.reference ?? "");
  const cells = lines.map((line) => line.split(/ {2,}/)).find(([kind, name]) => kind === "image" && name === "traefik");
  expect([cells?.[2], cells?.[4], cells?.[5]]).toEqual([traefik?.[1], traefik?.[2], "docker.io/library/traefik"]);
  expect(lines.at(-1)).toMatch(/^\d+ components, \d+ without a known licence$/);
});
