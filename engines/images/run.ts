/** Runs a program on the host, shows its last line as progress and keeps the end of its output for the error. */
import { spawn, type SpawnOptions } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import type { Step } from "./progress";

/** Lines of output that an error shows. */
const TAIL = 15;

/** Last lines of something's output. */
export class Tail {
  private lines: string[] = [];

  /** Adds text; several lines, empty ones and colours may be in it. */
  add(text: string): void {
    this.lines = [
      ...this.lines,
      ...stripVTControlCharacters(text)
        .split(/[\r\n]+/)
        .filter((line) => line.trim()),
    ].slice(-TAIL);
  }

  /** Indented, for the end of a message. */
  toString(): string {
    return this.lines.map((line) => `    ${line}`).join("\n");
  }
}

/** Runs to the end; throws with the last lines if it cannot start or does not end with 0. */
export function run(step: Step, program: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const tail = new Tail();
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        tail.add(text);
        step.note(text.trimEnd().split("\n").at(-1) ?? "");
      });
    }
    child.on("error", (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${program} ${args[0] ?? ""} ended with ${signal ?? `code ${code}`}; its last lines:\n${tail}`),
        );
    });
  });
}
