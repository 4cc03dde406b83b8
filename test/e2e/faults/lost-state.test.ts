/** A state that is lost or cut off: what the engine has is found by labels, data and secrets stay, `up` makes the rest again. */
import fs from "node:fs";
import path from "node:path";
import { openSession, withSession } from "../../support/mcp-client";
import { createStack, PROJECT, type TestStack } from "../../support/stack";
import { everythingOf } from "../../support/untouched";
import { FOREIGN_SALT } from "../../support/foreign-salt";

jest.setTimeout(240_000);

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: "memory" }, { prefix: "lost" });
  await stack.succeed("up");
  await withSession(stack.url("/mcp"), ({ call }) =>
    call("create_entities", { entities: [{ name: "kept", entityType: "test", observations: ["before"] }] }),
  );
});
afterAll(() => stack.remove());

const stacks = (): string => path.join(stack.stateDir, ".pulumi/stacks", PROJECT);
const file = (): string => path.join(stacks(), `${stack.name}.json`);
const configFile = (): string => path.resolve(__dirname, `../../../Pulumi.${stack.name}.yaml`);
/** Every generated secret, by its file. */
function secrets(): Record<string, string> {
  const directory = path.join(stack.dataDir, "secrets");
  const files = fs
    .readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(path.join(directory, name)).isFile() && !name.endsWith(".json"));
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(directory, name), "utf8")]));
}
const networks = async (): Promise<string[]> =>
  (await stack.docker.listNetworks({ filters: { label: [`mcp-stack.stack=${stack.name}`] } })).map(({ Name }) => Name);

/** The stack is whole: its data and secrets are as before, and Pulumi has nothing to do. */
async function healed(before: Record<string, string>): Promise<void> {
  expect(Object.keys(before).length).toBeGreaterThan(0);
  expect(secrets()).toEqual(before);
  expect(await withSession(stack.url("/mcp"), ({ call }) => call("read_graph"))).toContain("kept");
  const { code, output } = await stack.pulumi("preview", "--refresh", "--expect-no-changes");
  if (code !== 0) throw new Error(output);
}

/** What `up` said names the way out, and it leads there. */
async function recovers(output: string, before: Record<string, string>): Promise<void> {
  expect(output).toContain(`npm run recover -- --stack ${stack.name}`);
  await stack.succeed("recover", "--yes");
  await stack.succeed("up");
  await healed(before);
}

describe("a state that was deleted", () => {
  it("makes up refuse, which names what there is and npm run recover", async () => {
    fs.rmSync(path.join(stack.stateDir, ".pulumi"), { recursive: true });
    const before = await stack.containers();
    const { code, output } = await stack.run("up");
    expect(code).toBe(1);
    expect(output).toContain(
      `The state of the stack ${stack.name} is empty, but the engine has of it: container ${PROJECT}-${stack.name}-`,
    );
    expect(output).toContain("If the state was lost: these can be made again, and data and secrets stay.");
    expect(output).toContain(`If you mean it: npm run recover -- --stack ${stack.name}, then npm run up`);
    expect((await stack.containers()).map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id));
    expect(await withSession(stack.url("/mcp"), ({ call }) => call("read_graph"))).toContain("kept");
  });

  it("makes down fail, which says what it left", async () => {
    const { code, output } = await stack.run("down");
    expect(code).toBe(1);
    expect(output).toContain(`the state of ${stack.name} does not know container ${PROJECT}-${stack.name}-`);
    expect(output).toContain(`: npm run recover -- --stack ${stack.name} removes it, and data stays`);
  });

  it("is not recovered without consent", async () => {
    const before = await everythingOf(stack);
    const { code, output } = await stack.run("recover");
    expect(code).toBe(1);
    expect(output).toMatch(/has 0 resources, and does not know \d+ of \d+ things in the engine:\n {2}container /);
    expect(output).toContain("nobody can be asked here. If you mean it: npm run recover -- --yes");
    expect(await everythingOf(stack)).toEqual(before);
  });

  it("is recovered: containers and networks go, data and secrets stay, and up makes the stack again", async () => {
    const before = secrets();
    const names = (await stack.containers()).map(({ Names }) => Names[0]?.slice(1));
    const { stdout } = await stack.succeed("recover", "--yes", "--json");
    const { removed } = JSON.parse(stdout) as { removed: { kind: string; name: string }[] };
    expect(removed.filter(({ kind }) => kind === "container").map(({ name }) => name)).toEqual(names);
    expect(await stack.containers()).toEqual([]);
    expect(await networks()).toEqual([]);
    await stack.succeed("up");
    await healed(before);
  });

  it("is settled by up at once where --yes agrees beforehand", async () => {
    const before = secrets();
    fs.rmSync(path.join(stack.stateDir, ".pulumi"), { recursive: true });
    const { output } = await stack.succeed("up", "--yes");
    expect(output).toContain(`state: it was lost; removed what it does not know: container ${PROJECT}-${stack.name}-`);
    await healed(before);
  });
});

describe("a state that was cut to half", () => {
  const cut = (): string => {
    const text = fs.readFileSync(file(), "utf8");
    for (const name of [file(), `${file()}.bak`].filter((one) => fs.existsSync(one)))
      fs.truncateSync(name, Math.floor(fs.statSync(name).size / 2));
    return text.slice(0, 100);
  };

  it("is healed by a plain up, which keeps the damaged file", async () => {
    const before = secrets();
    const start = cut();
    const { output } = await stack.succeed("up");
    const aside = /state: the damaged file is kept as (\S+)/.exec(output)?.[1] ?? "";
    expect(fs.readFileSync(aside, "utf8").slice(0, 100)).toBe(start);
    await healed(before);
  });

  it("is recovered where no copy is whole", async () => {
    const before = secrets();
    cut();
    fs.rmSync(path.join(stack.stateDir, ".pulumi/backups"), { recursive: true });
    const { output } = await stack.succeed("recover", "--yes");
    expect(output).toContain("no copy of it is whole, so the stack begins anew");
    expect(await stack.containers()).toEqual([]);
    await stack.succeed("up");
    await healed(before);
  });

  it("that Pulumi refuses although it is JSON is named by up, and recovered", async () => {
    const before = secrets();
    const state = JSON.parse(fs.readFileSync(file(), "utf8")) as { checkpoint: { latest: { resources: unknown[] } } };
    // Without the stack itself, the parent of the others.
    state.checkpoint.latest.resources.shift();
    fs.writeFileSync(file(), JSON.stringify(state));
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    await recovers(output, before);
  });
});

describe("a state that was lost with its passphrase", () => {
  it("is named by up, recovered, and made again with another one", async () => {
    const before = secrets();
    fs.rmSync(path.join(stack.stateDir, ".pulumi"), { recursive: true });
    const salt = fs.readFileSync(configFile(), "utf8");
    fs.writeFileSync(configFile(), salt.replace(/^encryptionsalt:.*$/m, FOREIGN_SALT));
    const { code, output } = await stack.run("up");
    expect(code).toBe(1);
    expect(output).toContain(
      `the stack ${stack.name} has no state here, and Pulumi.${stack.name}.yaml was made with another passphrase`,
    );
    await recovers(output, before);
  });
});

describe("recover", () => {
  it("does not disturb an update that runs, and says who runs it", async () => {
    const directory = path.join(stack.stateDir, ".pulumi/locks/organization", PROJECT, stack.name);
    stack.configure({ servers: "memory,time" });
    const update = stack.start("up");
    await update.waitFor(/^mcp-time: /m);
    expect(fs.readdirSync(directory).filter((name) => name.endsWith(".json"))).toHaveLength(1);
    const { code, output } = await stack.run("recover", "--yes");
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`process \\d+ is updating the stack ${stack.name}; wait for it, or end it`));
    expect((await update.done).code).toBe(0);
  });

  it("cuts no session of another stack, and finds nothing of one that is down", async () => {
    const other = await openSession(stack.url("/mcp"));
    const fresh = await createStack({ servers: "time" }, { prefix: "lost-no" });
    const { output } = await fresh.succeed("recover", "--yes");
    expect(output).toContain(`nothing to recover: neither engine nor state has anything of the stack ${fresh.name}`);
    await fresh.remove();
    expect(await other.call("read_graph")).toContain("kept");
    await other.end();
  });
});
