/** Which Pulumi is used. The toolchain is a program of its own: it is asked, never imported. */
import { spawn } from "node:child_process";
import { PROJECT_ROOT } from "../engines/project-root";

/** What toolchain/resolver/main.ts prints. */
export interface Toolchain {
  /** Absolute path of the CLI. */
  readonly pulumi: string;
  readonly version: string;
  readonly cliSource: "path" | "download" | "build";
  readonly pluginSource: "official" | "stand-in";
  /** Environment variables for every Pulumi command. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders to put in front of PATH. */
  readonly path: readonly string[];
}

/** Finds Pulumi, or sets it up: minutes the first time where it has to be built. Says what it does on standard error. */
export function findToolchain(): Promise<Toolchain> {
  const args = ["--require", "sucrase/register/ts", "toolchain/resolver/main.ts"];
  const child = spawn(process.execPath, args, { cwd: PROJECT_ROOT, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(JSON.parse(output) as Toolchain)
        : reject(new Error("Pulumi could not be set up, see above")),
    );
  });
}
