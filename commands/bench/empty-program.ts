/**
 * The yardstick for Pulumi's own share: a program without resources, in plain JavaScript so that
 * nothing has to be transpiled, on the same toolchain and kind of backend.
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { PROJECT_ROOT } from "../../engines/project-root";
import { runPulumiIn, type Workspace } from "../workspace";

export interface EmptyProgram {
  pulumi(...args: string[]): Promise<void>;
  remove(): void;
}

const PROJECT = `name: empty
runtime:
  name: nodejs
  options: { typescript: false }
`;

/** Makes the program and its stack, in a directory of its own. */
export async function emptyProgram(workspace: Workspace): Promise<EmptyProgram> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "mcp-stack-bench-"));
  writeFileSync(path.join(directory, "Pulumi.yaml"), PROJECT);
  writeFileSync(path.join(directory, "package.json"), JSON.stringify({ name: "empty", main: "index.js" }));
  writeFileSync(path.join(directory, "index.js"), 'require("@pulumi/pulumi");\n');
  symlinkSync(path.join(PROJECT_ROOT, "node_modules"), path.join(directory, "node_modules"));
  const own = { PULUMI_BACKEND_URL: `file://${directory}`, PULUMI_CONFIG_PASSPHRASE: "bench", PULUMI_STACK: "bench" };
  const place = { ...workspace, stack: "bench", variables: { ...workspace.variables, ...own } };
  const pulumi = async (...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await runPulumiIn(directory, place, [...args, "--non-interactive"], {
      output: "capture",
    });
    if (code !== 0)
      throw new Error(`pulumi ${args.join(" ")} of the empty program ended with ${code}:\n${stdout}${stderr}`);
  };
  await pulumi("stack", "init", "bench", "--no-select");
  return { pulumi, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
