/** What cannot work is refused before anything is made: the same words in `npm run up` and in `pulumi preview`. */
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import type Docker from "dockerode";
import { builtReference } from "../../../engines/images/build";
import { readLock } from "../../../engines/images/lock";
import { copyCheckout, type Checkout } from "../../support/checkout";
import { freePort } from "../../support/free-port";
import { withSession } from "../../support/mcp-client";
import { createStack, type TestStack } from "../../support/stack";
import { everythingOf, expectRefused, NOTHING, type Made } from "../../support/untouched";

jest.setTimeout(240_000);

const CATALOG = "docker/mcp-gateway/catalogs/agent-hub.yaml";
const REGISTRY = "docker/mcp-gateway/registry/all.yaml";
const TOOLS = "docker/mcp-gateway/tools.yaml";

let checkout: Checkout;
let stack: TestStack;
beforeAll(async () => {
  checkout = copyCheckout();
  stack = await createStack({ servers: "time" }, { root: checkout.root });
});
afterAll(async () => {
  await stack.remove();
  checkout.remove();
});

const made = (): Promise<Made> => everythingOf(stack);
/** Runs both commands; each has to fail with all of these lines, and to leave everything as it was. */
const refused = (lines: readonly string[], before: Made = NOTHING): Promise<void> =>
  expectRefused(stack, lines, before);

describe("a config with faults", () => {
  it("is refused with all of them at once", async () => {
    stack.configure({ bundles: "ai,nothing", httpPort: "http", accesLog: "true" });
    await refused([
      'bundles: "ai,nothing" has "nothing", which is no bundle; choose from ai, dify (comma list), full or ""',
      'httpPort: "http"',
      'accesLog: "true" is set, but there is no such key; remove it: pulumi config rm accesLog (CONFIG.md lists all keys)',
    ]);
  });

  it("is not made by --bundles with a bundle that does not exist", async () => {
    stack.configure({});
    const file = path.join(checkout.root, `Pulumi.${stack.name}.yaml`);
    const before = fs.readFileSync(file, "utf8");
    const { code, output } = await stack.run("up", "--bundles", "nothing");
    expect(code).toBe(1);
    expect(output).toContain('bundles: "nothing" has "nothing", which is no bundle');
    expect(fs.readFileSync(file, "utf8")).toBe(before);
    expect(await made()).toEqual(NOTHING);
  });

  it("is refused when it is no YAML, by the name of its file", async () => {
    const file = path.join(checkout.root, `Pulumi.${stack.name}.yaml`);
    const before = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, `${before}  broken: [\n`);
    const { code, output } = await stack.run("up");
    fs.writeFileSync(file, before);
    expect(code).toBe(1);
    expect(output).toContain(`${file} cannot be read; correct it by hand: `);
    expect(await made()).toEqual(NOTHING);
  });
});

describe("this machine", () => {
  let listener: net.Server;
  let container: Docker.Container;
  let published: number;
  beforeAll(async () => {
    listener = net.createServer();
    await new Promise<void>((resolve) => listener.listen(stack.port, "127.0.0.1", resolve));
    published = await freePort();
    const Image = builtReference(readLock(), "mcp-router");
    container = await stack.docker.createContainer({
      Image,
      name: `${stack.name}-in-the-way`,
      Entrypoint: ["sleep", "600"],
      ExposedPorts: { "80/tcp": {} },
      HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(published) }] } },
    });
    await container.start();
  });
  afterAll(async () => {
    await container?.remove({ force: true });
    await new Promise((resolve) => listener.close(resolve));
  });

  it("has ports in use and data of another stack: all is told at once, with who holds what and what to set", async () => {
    const other = path.join(path.dirname(stack.dataDir), "other");
    fs.mkdirSync(other);
    const owner = { project: "mcp-gateway-stack", stack: "other", engine: "x" };
    fs.writeFileSync(path.join(other, "owner.json"), JSON.stringify(owner));
    stack.configure({ dataDir: other, overrides: { "mcp-gateway": { hostPort: published } } });
    await refused([
      `dataDir: "${other}" belongs to the stack other of mcp-gateway-stack, and two stacks must not share data; set another: pulumi config set dataDir .data-${stack.name}`,
      `httpPort: port ${stack.port} on 127.0.0.1 is taken by the process ${comm()} (pid ${process.pid}); stop it, or choose another port: pulumi config set httpPort PORT`,
      `overrides.mcp-gateway.hostPort: port ${published} on 127.0.0.1 is taken by the container ${stack.name}-in-the-way (image mcp-gateway-stack/mcp-router:`,
      "stop it, or choose another port: pulumi config set --path overrides.mcp-gateway.hostPort PORT",
    ]);
  });

  it("does not have the address to bind to", async () => {
    stack.configure({ bindAddress: "192.0.2.1" });
    await refused([
      'bindAddress: "192.0.2.1" is no address of this machine; set 127.0.0.1, 0.0.0.0 or one that "ip address" shows',
    ]);
  });

  it("has no engine where the config says", async () => {
    const socket = path.join(stack.stateDir, "no-engine.sock");
    stack.configure({ containerSocket: socket });
    await refused([
      `no container engine at ${socket}, which config containerSocket names: does not exist. Start that engine, or`,
      "no other engine is taken in its place",
    ]);
  });
});

/** Name of this process as the kernel has it. */
const comm = (): string => fs.readFileSync("/proc/self/comm", "utf8").trim();

describe("the gateway's files", () => {
  /** Changes a file for the time of `work`. */
  async function edited(changes: Readonly<Record<string, (text: string) => string>>, work: () => Promise<void>) {
    const before = Object.keys(changes).map((name) => [name, fs.readFileSync(path.join(checkout.root, name), "utf8")]);
    for (const [name, change] of Object.entries(changes)) checkout.edit(name, change);
    try {
      await work();
    } finally {
      for (const [name = "", text = ""] of before) checkout.edit(name, () => text);
    }
  }

  it("that are no YAML are refused with the place", async () => {
    stack.configure({});
    await edited({ [CATALOG]: (text) => text.replace("registry:\n", "registry: [\n") }, () =>
      refused([`${CATALOG}:`, "is no YAML: "]),
    );
  });

  it("that disagree are refused with each server, and what is missing", async () => {
    stack.configure({ servers: "time,github-official" });
    const changes = {
      [CATALOG]: (text: string) => text.replace(/image: mcp\/time@\S+/, "image: mcp/time:latest"),
      [REGISTRY]: (text: string) => `${text}  tiem: { ref: "" }\n`,
    };
    await edited(changes, () =>
      refused([
        `${CATALOG}: server "time": image: "mcp/time:latest" has no digest, so its content could change; write it as REPOSITORY@sha256:… with 64 hexadecimal digits`,
        `${REGISTRY}: "tiem" is not in ${CATALOG}; remove it or correct the name`,
        `servers: "github-official" is enabled, but its secret "github.personal_access_token" has no value; add the line github.personal_access_token=VALUE to the file of config secretsFile, or pulumi config set --secret --path 'secrets["github.personal_access_token"]', or leave github-official out of servers`,
      ]),
    );
  });

  it("that switch off every tool fail the update, which says what to look at", async () => {
    stack.configure({});
    await edited({ [TOOLS]: (text) => text.replace(/^\{\}$/m, "time: []") }, async () => {
      const { code, output } = await stack.run("up");
      expect(code).not.toBe(0);
      expect(output).toContain(
        `${stack.url("/mcp")} answers, but its list of tools is empty: either ${TOOLS} switches off every tool of the enabled servers, or none of these servers starts; see docker logs `,
      );
      expect(output).toContain("Not everything is up: npm run up goes on from here");
    });
  });

  it("that are right again make the next up succeed", async () => {
    await stack.succeed("up");
    expect(await withSession(stack.url("/mcp"), (session) => session.toolNames())).toContain("get_current_time");
  });
});

describe("a data directory that was used with another engine", () => {
  it("is refused, as long as its containers may run there", async () => {
    const file = path.join(stack.dataDir, "owner.json");
    const before = fs.readFileSync(file, "utf8");
    const owner = JSON.parse(before) as { engine: string };
    fs.writeFileSync(file, JSON.stringify({ ...owner, engine: "ANOTHER" }));
    const here = await made();
    await refused(
      [
        `dataDir: "${stack.dataDir}" was last used with another container engine (ANOTHER; now ${owner.engine}), where containers of this stack may still run on it. ` +
          `Set containerSocket to that engine, or dataDir to a new directory; if that engine is gone, remove ${file} and try again`,
      ],
      here,
    );
    fs.rmSync(file);
    await stack.succeed("up");
    expect(JSON.parse(fs.readFileSync(file, "utf8"))).toMatchObject({ stack: stack.name, engine: owner.engine });
  });
});
