/** Failing commands under the real CLI. One project in which everything fails, then again, then is repaired. */
import type { CommandResult } from "../../support/command";
import { commandProject, namesInState, UP, type Commands } from "./project";

jest.setTimeout(120_000);

const commandsOf = (version: string, changes: Record<string, object> = {}): Record<string, object> => ({
  creating: { create: "echo bad luck; exit 3" },
  updating: { create: "true", update: 'echo "try $CHANGE" >> updating.log; exit 4', environment: { CHANGE: version } },
  deleting: {
    create: "true",
    delete: `echo "delete ${version}" >> deleting.log; test -e allowed`,
    triggers: [version],
  },
  ...changes,
});

let commands: Commands;
let [first, second, third]: CommandResult[] = [];
const states: string[][] = [];

beforeAll(async () => {
  commands = await commandProject(commandsOf("1"));
  const { project } = commands;
  first = await project.pulumi(UP);
  states.push(await namesInState(commands));
  commands.set(commandsOf("2"));
  second = await project.pulumi(UP);
  states.push(await namesInState(commands));
  commands.set(commandsOf("2", { deleting: { create: "true", delete: "true", triggers: ["2"] } }));
  third = await project.pulumi(UP);
  states.push(await namesInState(commands));
});
afterAll(async () => {
  commands.write("allowed", "");
  await commands.project.destroy();
});

test("create failure saves nothing", () => {
  expect(first?.code).toBe(1);
  expect(first?.output).toMatch(/error: exit status 3: running "echo bad luck; exit 3":\s+bad luck/);
  expect(states[0]).toEqual(["deleting", "updating"]);
});

test("update failure keeps old state (tried again at next up)", () => {
  expect(second?.output).toMatch(/updating[^]*error: exit status 4: running/);
  expect(third?.output).toMatch(/updating[^]*error: exit status 4: running/);
  expect(commands.lines("updating.log")).toEqual(["try 2", "try 2"]);
});

test("A failing delete blocks: after a replacement the old copy stays as pending delete", () => {
  expect(second?.code).toBe(1);
  expect(second?.output).toMatch(/error: exit status 1: running "echo \\"delete 1\\" /);
  expect(states[1]).toEqual(["-deleting", "deleting", "updating"]);
});

test("its stored delete command is retried; changing the program does not help", () => {
  expect(third?.code).toBe(1);
  expect(commands.lines("deleting.log")).toEqual(["delete 1", "delete 1"]);
  expect(states[2]).toEqual(["-deleting", "deleting", "updating"]);
});

test("the next up recovers when the causes are gone", async () => {
  commands.write("allowed", "");
  commands.set(commandsOf("1", { creating: { create: "true" }, deleting: { create: "true", triggers: ["2"] } }));
  await commands.project.succeed(UP);
  expect(commands.lines("updating.log")).toEqual(["try 2", "try 2"]);
  expect(commands.lines("deleting.log")).toEqual(["delete 1", "delete 1", "delete 1"]);
  expect(await namesInState(commands)).toEqual(["creating", "deleting", "updating"]);
});
