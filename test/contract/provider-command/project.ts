/** Throw-away projects whose program makes the commands that a JSON file lists, so that a test only changes the file. */
import fs from "node:fs";
import path from "node:path";
import { createProject, type Project } from "../../support/pulumi";

/** `pulumi up` without questions; goes on with the other resources where one fails. */
export const UP = ["up", "--yes", "--skip-preview", "--continue-on-error"];

/** A `$archive` among the triggers stands for the archive of the command "made". */
const PROGRAM = `
import fs from "node:fs";
import { local } from "@pulumi/command";
const made: Record<string, local.Command> = {};
for (const [name, { options, ...args }] of Object.entries<any>(JSON.parse(fs.readFileSync("commands.json", "utf8")))) {
  const triggers = args.triggers?.map((trigger: unknown) => (trigger === "$archive" ? made["made"]?.archive : trigger));
  made[name] = new local.Command(name, { ...args, triggers }, options);
}
`;

/** A project and its commands. */
export interface Commands {
  readonly project: Project;
  /** Arguments of local.Command by name, resource options as `options`. */
  set(commands: Readonly<Record<string, object>>): void;
  /** Writes a file of the project. */
  write(file: string, content: string): void;
  /** Lines of a file of the project; empty without it. */
  lines(file: string): string[];
}

/** A project with these commands. */
export async function commandProject(commands: Readonly<Record<string, object>>): Promise<Commands> {
  const project = await createProject({ files: { "index.ts": PROGRAM, "commands.json": JSON.stringify(commands) } });
  const file = (name: string): string => path.join(project.directory, name);
  return {
    project,
    set: (changed) => fs.writeFileSync(file("commands.json"), JSON.stringify(changed)),
    write: (name, content) => fs.writeFileSync(file(name), content),
    lines: (name) => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), "utf8").trimEnd().split("\n") : []),
  };
}

/** Names of the commands in the stack's state, sorted; one that is only waiting for its deletion has a "-" in front. */
export async function namesInState({ project }: Commands): Promise<string[]> {
  const { stdout } = await project.succeed(["stack", "export"]);
  const state = JSON.parse(stdout) as { deployment: { resources: { type: string; urn: string; delete?: boolean }[] } };
  return state.deployment.resources
    .filter(({ type }) => type === "command:local:Command")
    .map(({ urn, delete: pending }) => `${pending ? "-" : ""}${urn.split("::").pop()}`)
    .sort();
}
