/** The yardstick for bringing a stack up and down: Docker Compose with the export of the same stack. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { exportCompose } from "../export-compose";
import { findCompose } from "./compose-cli";

export interface ComposeStack {
  /** The exported file. */
  readonly file: string;
  up(): Promise<void>;
  down(): Promise<void>;
  /** Brings it down, and removes the file. */
  remove(): Promise<void>;
}

/** Exports the stack as it is configured. @throws Error when there is no compose; so do `up` and `down` when it fails */
export async function composeStack(stack: string): Promise<ComposeStack> {
  const compose = findCompose();
  const directory = mkdtempSync(path.join(os.tmpdir(), "mcp-stack-bench-"));
  const file = path.join(directory, "compose.yaml");
  await exportCompose({ stack, output: file });
  const run = (...args: string[]): Promise<void> => {
    const { code, output } = compose("--file", file, ...args);
    if (code !== 0) throw new Error(`docker compose ${args.join(" ")} ended with ${code}:\n${output}`);
    return Promise.resolve();
  };
  const down = (): Promise<void> => run("down");
  const remove = async (): Promise<void> => {
    await down();
    rmSync(directory, { recursive: true });
  };
  return { file, up: () => run("up", "--wait", "--detach"), down, remove };
}
