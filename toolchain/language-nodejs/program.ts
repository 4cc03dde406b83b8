/** Runs a Pulumi program: Pulumi's own runner, taken from the program's packages, in a Node.js process. */
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { createRequire } from "node:module";
import path from "node:path";
import { startChild, type ChildEnd } from "./children";
import { runtimeOptions } from "./options";

/** The runner's code for "failed, and the user was already told why" (cmd/run of @pulumi/pulumi). */
const EXIT_ALREADY_REPORTED = 32;

/** Outcome of a program. `error` is empty on success; `bail`: stop without a further message. */
export interface ProgramResult {
  error: string;
  bail: boolean;
}

/** Runs the program to its end. Faults of the program are results, not exceptions, as the CLI words them for users. */
export async function runProgram(request: RunRequest, engineAddress: string): Promise<ProgramResult> {
  if (request.getAttachDebugger()) {
    return failure("This Node.js language host cannot wait for a debugger. Set the option nodeargs: --inspect-brk.");
  }
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const runner = findRunner(directory);
  if (runner === undefined) {
    return failure("It looks like the Pulumi SDK has not been installed. Have you run pulumi install?");
  }
  const args = [...runtimeOptions(request.getInfo()).nodeArguments, runner, ...runnerArguments(request, engineAddress)];
  try {
    const { ended } = startChild(process.execPath, args, {
      env: { ...process.env, ...runnerEnvironment(request) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    return resultOf(await ended);
  } catch (error) {
    return failure(`Problem executing program (could not run language executor): ${String(error)}`);
  }
}

function failure(error: string): ProgramResult {
  return { error, bail: false };
}

function findRunner(programDirectory: string): string | undefined {
  try {
    return createRequire(path.join(programDirectory, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    return undefined;
  }
}

function runnerArguments(request: RunRequest, engineAddress: string): string[] {
  const flags: Record<string, string> = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

function runnerEnvironment(request: RunRequest): Record<string, string> {
  const { typescript, tsconfig } = runtimeOptions(request.getInfo());
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

function resultOf({ code, signal }: ChildEnd): ProgramResult {
  if (code === 0) return { error: "", bail: false };
  if (code === EXIT_ALREADY_REPORTED) return { error: "", bail: true };
  // The official host says -1 for a program killed by a signal; which one (SIGKILL: often no memory) is worth a word.
  if (signal !== null) return failure(`Program exited with non-zero exit code: -1 (killed by ${signal})`);
  return failure(`Program exited with non-zero exit code: ${code}`);
}
