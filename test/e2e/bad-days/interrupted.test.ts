/** An update that comes to no end: each time the next `npm run up` goes on from there, with nothing to clean by hand. */
import fs from "node:fs";
import path from "node:path";
import type { RunningCommand } from "../../support/command";
import { withSession } from "../../support/mcp-client";
import { killTree } from "../../support/process-tree";
import { createStack, PROJECT, type TestStack } from "../../support/stack";

jest.setTimeout(240_000);

/** The gateway takes seconds to ask all of them for their tools: time to interrupt it. */
const SERVERS = ["fetch", "git", "time"];
const OTHERS = ["mcp-nixos-http", "mcp-router", ...SERVERS.map((name) => `mcp-${name}`), "traefik"];

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: SERVERS.join() });
});
afterAll(() => stack.remove());

const GO_ON = "Interrupted: npm run up goes on from here, npm run down removes what is there.";

/** Waits until the plugin waits for a service: then its container runs, and is not healthy yet. */
const starting = (update: RunningCommand, service: string): Promise<unknown> =>
  update.waitFor(new RegExp(`^${service}: starting for`, "m"));
const services = async (): Promise<string[]> =>
  (await stack.containers()).map(({ Labels }) => Labels["mcp-stack.service"] ?? "").sort();
const locks = (): string[] => {
  const directory = path.join(stack.stateDir, ".pulumi/locks/organization", PROJECT, stack.name);
  return fs.existsSync(directory) ? fs.readdirSync(directory).filter((name) => name.endsWith(".json")) : [];
};
/** Signals an update that may end by itself at the same moment. */
function signal(update: RunningCommand, name: NodeJS.Signals): void {
  try {
    update.signal(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
async function complete(): Promise<void> {
  expect(await services()).toEqual(["mcp-gateway", ...OTHERS].sort());
  expect(await withSession(stack.url("/mcp"), (session) => session.toolNames())).toContain("get_current_time");
  const { code, output } = await stack.pulumi("preview", "--refresh", "--expect-no-changes");
  if (code !== 0) throw new Error(output);
}

describe("Ctrl-C", () => {
  it("before the first container stops the update there", async () => {
    const update = stack.start("up");
    await update.waitFor(/^network edge: creating$/m);
    signal(update, "SIGINT");
    const { code, output } = await update.done;
    expect(code).not.toBe(0);
    expect(output).toContain(GO_ON);
    expect(await services()).not.toContain("mcp-gateway");
    expect(locks()).toEqual([]);
  });

  it("while a container starts removes it, and keeps what is done", async () => {
    const update = stack.start("up");
    await starting(update, "mcp-gateway");
    signal(update, "SIGINT");
    const { code, output } = await update.done;
    expect(code).not.toBe(0);
    expect(output).toContain(GO_ON);
    expect(output).toContain(
      `container "${PROJECT}-${stack.name}-mcp-gateway" was not finished: the update was cancelled. It was removed.`,
    );
    // Nothing waits for the ingress, so on a slow machine it may be unfinished, too.
    const done = OTHERS.filter((name) => new RegExp(`^${name}: (healthy|started)`, "m").test(output));
    expect(done).toEqual(expect.arrayContaining(SERVERS.map((name) => `mcp-${name}`)));
    expect(await services()).toEqual([...done].sort());
    expect(locks()).toEqual([]);
  });

  it("a second time ends the update at once", async () => {
    const before = await services();
    const update = stack.start("up");
    await starting(update, "mcp-gateway");
    signal(update, "SIGINT");
    await update.waitFor(/Ctrl-C again: at once/);
    signal(update, "SIGINT");
    const { code, output } = await update.done;
    expect(code).not.toBe(0);
    expect(output).toContain(GO_ON);
    expect(await services()).toEqual(expect.arrayContaining(before));
  });
});

describe("an update that was killed", () => {
  it("leaves a lock, and a container that no state knows", async () => {
    const update = stack.start("up");
    await starting(update, "mcp-gateway");
    killTree(update.process.pid ?? 0);
    await update.done;
    expect(locks()).toHaveLength(1);
    expect(await services()).toContain("mcp-gateway");
  });

  it("is settled by the next up, although the config changed in between", async () => {
    stack.configure({ overrides: { "mcp-gateway": { environment: { TZ: "UTC" } } } });
    const { output } = await stack.succeed("up");
    expect(output).toMatch(/state: the update of process \d+ was killed; its lock was removed/);
    expect(output).toContain(
      `state: the last update was cut off in the middle; removed what the state does not know: container ${PROJECT}-${stack.name}-mcp-gateway\n`,
    );
    // Pulumi's own warning asks for work by hand.
    expect(output).not.toContain("pending operations");
    expect(locks()).toEqual([]);
    await complete();
  });
});

describe("a state that was cut off by a full disk", () => {
  const file = (): string => path.join(stack.stateDir, ".pulumi/stacks", PROJECT, `${stack.name}.json`);
  const backups = (): string => path.join(stack.stateDir, ".pulumi/backups", PROJECT, stack.name);

  /** As Pulumi leaves it: what it could write, and copies that may be no better. Only the oldest backup stays. */
  function cutOff(): string {
    const [oldest = "", ...newer] = fs
      .readdirSync(backups())
      .filter((name) => !name.endsWith(".attrs"))
      .sort();
    for (const name of newer) fs.rmSync(path.join(backups(), name));
    for (const one of [file(), `${file()}.bak`]) fs.truncateSync(one, 4096);
    return path.join(backups(), oldest);
  }

  it("is restored from a copy by the next up, which makes anew what the copy does not know", async () => {
    const copy = cutOff();
    const before = new Set((await stack.containers()).map(({ Id }) => Id));
    const { output } = await stack.succeed("up");
    expect(output).toContain(`state: it was cut off, as by a full disk; it is restored from ${copy}\n`);
    for (const service of ["mcp-gateway", "mcp-router", "traefik"])
      expect(output).toContain(`container ${PROJECT}-${stack.name}-${service}`);
    const kept = (await stack.containers()).filter(({ Id }) => before.has(Id));
    expect(kept).toEqual([]);
    await complete();
  });

  it("begins anew where no copy is whole, with the data that was there", async () => {
    const written = path.join(stack.dataDir, "workspace/kept.txt");
    fs.mkdirSync(path.dirname(written), { recursive: true });
    fs.writeFileSync(written, "kept");
    cutOff();
    fs.rmSync(backups(), { recursive: true });
    const { output } = await stack.succeed("down");
    expect(output).toContain(
      "state: it was cut off, as by a full disk; no copy of it is whole, so the stack begins anew",
    );
    expect(await stack.containers()).toEqual([]);
    expect(fs.readFileSync(written, "utf8")).toBe("kept");
  });
});
