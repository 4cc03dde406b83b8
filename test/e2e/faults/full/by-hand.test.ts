/** What people and other programs do to a stack that is up: a plain `npm run up` puts it right, and data stays. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { builtReference } from "../../../../engines/images/build";
import { readLock } from "../../../../engines/images/lock";
import { eventually } from "../../../support/eventually";
import { expectWhole, remember } from "../../../support/faults";
import { freePort } from "../../../support/free-port";
import { createStack, PROJECT, type TestStack, idsByService } from "../../../support/stack";

jest.setTimeout(240_000);

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: "memory" }, { prefix: "hand" });
  await stack.succeed("up");
  await remember(stack);
});
afterAll(() => stack.remove());

const named = (name: string): string => `${PROJECT}-${stack.name}-${name}`;
const containerOf = (service: string) => stack.docker.getContainer(named(service));

describe("a network that was removed by hand", () => {
  it("is made again by a plain up, with the containers that were on it", async () => {
    const network = stack.docker.getNetwork(named("mcp-servers"));
    const { Containers } = (await network.inspect()) as { Containers: Record<string, unknown> };
    const before = await idsByService(stack);
    for (const Container of Object.keys(Containers)) await network.disconnect({ Container, Force: true });
    await network.remove();
    const { output } = await stack.succeed("up");
    expect(output).toContain(`state: ${named("mcp-servers")} is gone; it is made anew\n`);
    expect(output).toContain(`state: ${named("mcp-memory")} is not on ${named("mcp-servers")}; it is made anew\n`);
    const after = await idsByService(stack);
    expect(after["traefik"]).toBe(before["traefik"]);
    await expectWhole(stack);
  });
});

describe("a container", () => {
  it("that was taken off its network is replaced by a plain up, and no other", async () => {
    const before = await idsByService(stack);
    await stack.docker.getNetwork(named("edge")).disconnect({ Container: named("mcp-router"), Force: true });
    const { output } = await stack.succeed("up");
    expect(output).toContain(`state: ${named("mcp-router")} is not on ${named("edge")}; it is made anew\n`);
    const { "mcp-router": router, ...others } = await idsByService(stack);
    expect(router).not.toBe(before["mcp-router"]);
    expect(before).toMatchObject(others);
    await expectWhole(stack);
  });

  it.each(["stop", "pause", "remove"] as const)(
    "that somebody made %s is there again after a plain up",
    async (what) => {
      const container = containerOf("traefik");
      await (what === "remove" ? container.remove({ force: true }) : container[what]());
      await stack.succeed("up");
      await expectWhole(stack);
    },
  );

  it("that ended, with a loop of starts, is left to the engine and healed by up", async () => {
    const { State } = await containerOf("mcp-gateway").inspect();
    process.kill(State.Pid, "SIGKILL");
    await stack.succeed("up");
    await expectWhole(stack);
  });
});

describe("an image that was removed", () => {
  it("is made again by the next up that needs it", async () => {
    const reference = builtReference(readLock(), "mcp-memory");
    await containerOf("mcp-memory").remove({ force: true });
    await stack.docker.getImage(reference).remove({ force: true });
    await stack.succeed("up");
    expect((await stack.docker.getImage(reference).inspect()).RepoTags).toContain(reference);
    await expectWhole(stack);
  });
});

describe("files that containers mount", () => {
  /** The first file of a service below dataDir/rendered. */
  function rendered(service: string): string {
    const directory = path.join(stack.dataDir, "rendered", service);
    const names = fs.readdirSync(directory, { recursive: true, encoding: "utf8" });
    const file = names
      .map((name) => path.join(directory, name))
      .find((name) => fs.statSync(name).isFile() && !name.endsWith("generation.json"));
    return file ?? directory;
  }

  it.each(["traefik", "mcp-router", "mcp-memory"])(
    "%s: edited by hand are put back, and what reads them is replaced",
    async (service) => {
      const file = rendered(service);
      const whole = fs.readFileSync(file, "utf8");
      const before = await idsByService(stack);
      fs.writeFileSync(file, `${whole}\nbroken {{{\n`);
      await stack.succeed("up");
      expect(fs.readFileSync(file, "utf8")).toBe(whole);
      expect((await idsByService(stack))[service]).not.toBe(before[service]);
      await expectWhole(stack);
    },
  );

  it("removed with their directory are there again", async () => {
    fs.rmSync(path.join(stack.dataDir, "rendered"), { recursive: true });
    await stack.succeed("up");
    await expectWhole(stack);
  });
});

describe("a port", () => {
  it("that is taken between preview and up fails the update by its name, and harms nothing", async () => {
    const port = await freePort();
    stack.configure({ overrides: { "mcp-gateway": { hostPort: port } } });
    const preview = await stack.pulumi("preview");
    expect(preview.code).toBe(0);
    const thief = execFileSync("docker", [
      ...["run", "--detach", "--rm", "--publish", `127.0.0.1:${port}:80`, "--entrypoint", "sleep"],
      ...[builtReference(readLock(), "mcp-router"), "600"],
    ]);
    const { code, output } = await stack.run("up");
    expect(code).toBe(1);
    expect(output).toContain(`overrides.mcp-gateway.hostPort: port ${port} on 127.0.0.1 is taken by the container`);
    execFileSync("docker", ["rm", "--force", thief.toString().trim()]);
    await stack.succeed("up");
    await expectWhole(stack);
  });

  it("that is taken while up runs fails the update, which names it, and a plain up heals", async () => {
    const port = await freePort();
    stack.configure({ overrides: { "mcp-gateway": { hostPort: port } } });
    // Replaced before the gateway: by then up has looked whether the port is free.
    await containerOf("mcp-memory").remove({ force: true });
    const update = stack.start("up");
    await update.waitFor(/^mcp-memory: /m);
    const thief = execFileSync("docker", [
      ...["run", "--detach", "--rm", "--publish", `127.0.0.1:${port}:80`, "--entrypoint", "sleep"],
      ...[builtReference(readLock(), "mcp-router"), "600"],
    ]);
    const { code, output } = await update.done;
    expect(code).not.toBe(0);
    expect(output).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*(port is already allocated|address already in use)`));
    expect(output).toContain("Not everything is up: npm run up goes on from here");
    execFileSync("docker", ["rm", "--force", thief.toString().trim()]);
    await stack.succeed("up");
    await eventually(() => expectWhole(stack));
  });
});
