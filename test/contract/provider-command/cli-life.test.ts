/** local.Command under the real CLI: which command runs when. One project, changed once, destroyed in the end. */
import { commandProject, UP, type Commands } from "./project";

jest.setTimeout(120_000);

/** Every command notes what it does in a file of its own name. */
const note = (name: string, what: string): string => `echo "${what}" >> ${name}.log`;

const commandsOf = (version: string): Record<string, object> => ({
  edited: {
    create: `${note("edited", "create")}; echo made`,
    update: note("edited", "update $PULUMI_COMMAND_STDOUT"),
    delete: note("edited", `delete ${version}`),
  },
  replaced: {
    create: note("replaced", `create ${version}`),
    update: note("replaced", "update"),
    delete: note("replaced", `delete ${version}`),
    triggers: [version],
  },
  deletedFirst: {
    create: note("deletedFirst", `create ${version}`),
    delete: note("deletedFirst", `delete ${version}`),
    triggers: [version],
    options: { deleteBeforeReplace: true },
  },
  made: {
    create: `mkdir -p out; echo $HASH > out/file; ${note("made", "create")}`,
    update: `echo $HASH > out/file; ${note("made", "update")}`,
    environment: { HASH: version },
    archivePaths: ["out/**"],
  },
  after: { create: note("after", "create"), triggers: ["$archive"] },
});

let commands: Commands;
/** What each command had noted after the first update, the second one, and the end. */
const noted: Record<"first" | "second" | "end", Record<string, string[]>> = { first: {}, second: {}, end: {} };
const readNotes = (when: keyof typeof noted): void => {
  for (const name of Object.keys(commandsOf(""))) noted[when][name] = commands.lines(`${name}.log`);
};
let unchanged: number | null;
let changed: string;

beforeAll(async () => {
  commands = await commandProject(commandsOf("1"));
  const { project } = commands;
  await project.succeed(UP);
  readNotes("first");
  unchanged = (await project.pulumi(["preview", "--refresh", "--expect-no-changes"])).code;
  commands.set(commandsOf("2"));
  changed = (await project.succeed(["up", "--yes"])).stdout;
  readNotes("second");
  await project.succeed(["destroy", "--yes", "--skip-preview"]);
  readNotes("end");
});
afterAll(() => commands.project.destroy());

test("create runs once, and nothing has changed afterwards, with a refresh too", () => {
  expect(noted.first).toEqual({
    edited: ["create"],
    replaced: ["create 1"],
    deletedFirst: ["create 1"],
    made: ["create"],
    after: ["create"],
  });
  expect(unchanged).toBe(0);
});

test("delete edit also runs update, in place, and the preview says so and runs nothing", () => {
  expect(changed).toMatch(/command:local:Command\s+edited\s+update\s+\[diff: ~delete\]/);
  expect(noted.second.edited).toEqual(["create", "update made"]);
});

test("triggers always replaces: the new create runs first, then the OLD delete command from state", () => {
  expect(changed).toMatch(/command:local:Command\s+replaced\s+replace\s+\[diff: ~create,delete,triggers\]/);
  expect(noted.second.replaced).toEqual(["create 1", "create 2", "delete 1"]);
});

test("set deleteBeforeReplace: the OLD delete command runs first", () => {
  expect(noted.second.deletedFirst).toEqual(["create 1", "delete 1", "create 2"]);
});

test("put a hash in environment instead => runs update in place", () => {
  expect(changed).toMatch(/command:local:Command\s+made\s+update\s+\[diff: ~environment\]/);
  expect(noted.second.made).toEqual(["create", "update"]);
});

test("an archive among the triggers counts by its content", () => {
  expect(noted.second.after).toEqual(["create", "create"]);
});

test("destroy runs the last delete of each", () => {
  expect(noted.end).toEqual({
    edited: ["create", "update made", "delete 2"],
    replaced: ["create 1", "create 2", "delete 1", "delete 2"],
    deletedFirst: ["create 1", "delete 1", "create 2", "delete 2"],
    made: ["create", "update"],
    after: ["create", "create"],
  });
});
