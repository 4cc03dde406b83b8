/** While one command is at work on a stack, others refuse: with a CLI and an engine that only note what they are asked. */
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { alone } from "../../commands/alone";
import type { Workspace } from "../../commands/workspace";
import { withLock } from "../../engines/images/exclusive";
import { DOCKER_HEADERS, DOCKER_INFO } from "../support/fake-engine";
import { freePort } from "../support/free-port";
import { officialMachine, pluginFiles, type OfficialMachine } from "../support/official-machine";

jest.setTimeout(120_000);

const CLI = `#!${process.execPath}
const args = process.argv.slice(2).join(" ");
require("node:fs").appendFileSync(__filename + ".calls", args + "\\n");
const answers = { version: "v3.259.0", "stack export": '{ "deployment": {} }' };
console.log(answers[args] ?? "");
`;

let machine: OfficialMachine;
let engine: http.Server;
let asked: string[];
beforeEach(async () => {
  const executable = (file: string, content: string): void => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode: 0o755 });
  };
  machine = officialMachine((bin, home) => {
    executable(path.join(bin, "pulumi"), CLI);
    executable(path.join(bin, "pulumi-language-nodejs"), "#!/bin/sh\n");
    for (const plugin of pluginFiles(path.join(home, ".pulumi"))) executable(plugin, "#!/bin/sh\n");
  });
  asked = [];
  const socket = path.join(machine.home, "engine.sock");
  engine = http
    .createServer(({ method, url = "" }, response) => {
      asked.push(`${method} ${url}`);
      response.writeHead(200, { ...DOCKER_HEADERS, "content-type": "application/json", connection: "close" });
      const isList = url.startsWith("/containers/json") || url.startsWith("/networks");
      const other = isList ? [] : { Volumes: [] };
      response.end(JSON.stringify(url.startsWith("/info") ? DOCKER_INFO : other));
    })
    .listen(socket);
  await once(engine, "listening");
  machine.configure({
    containerSocket: socket,
    httpPort: String(await freePort()),
    imageSource: "pull",
    imageDigests: { "mcp-nixos": `sha256:${"a".repeat(64)}` },
    dataDir: path.join(machine.home, "data"),
  });
});
afterEach(async () => {
  await new Promise((resolve) => engine.close(resolve));
  machine.remove();
});

const busy = (): string => path.join(machine.checkout, ".state/.at-work/mcp-gateway-stack/dev");
const calls = (): string[] => fs.readFileSync(path.join(machine.bin, "pulumi.calls"), "utf8").trimEnd().split("\n");
const sink = { write: () => undefined };

it.each([["up", "--yes"], ["down"], ["backup"], ["recover", "--yes"]])(
  "%s %s refuses while another command is at work, and changes nothing",
  async (command, ...args) => {
    const attempt = withLock(busy(), sink, () => machine.run(command, ...args));
    await expect(attempt).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(
          `^Nothing was changed: process ${process.pid} is at work on the stack dev; wait for it, or end it, and try again\\. ` +
            `It began at 20\\S+Z; its lock is ${busy()}$`,
          "m",
        ),
      ) as string,
    });
    expect(calls().filter((call) => call !== "version" && !call.startsWith("stack init"))).toEqual([]);
    expect(asked.filter((request) => !request.startsWith("GET "))).toEqual([]);
  },
);

it("a command lets the next one work when it has ended, also badly", async () => {
  const workspace = { busy: busy(), locks: undefined, stack: "dev" } as Workspace;
  await expect(alone(workspace, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(alone(workspace, () => Promise.resolve("done"))).resolves.toBe("done");
});

describe("secrets rotate", () => {
  const value = (): string => path.join(machine.home, "data/secrets/gateway-token/value");
  const foreign = (): string =>
    path.join(machine.checkout, ".state/.pulumi/locks/organization/mcp-gateway-stack/dev/far.json");
  const rotate = (...args: string[]) => machine.run("secrets", "rotate", "gateway-token", ...args);
  beforeEach(() => {
    for (const [file, content] of [
      [value(), "old"],
      [foreign(), JSON.stringify({ pid: 7, hostname: "elsewhere" })],
    ] as const) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    }
  });

  it("consents to nothing by itself: with a question that nobody answers, no value is changed", async () => {
    await expect(rotate()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("If you mean it: when it has ended, add --yes") as string,
    });
    expect([fs.readFileSync(value(), "utf8"), fs.existsSync(foreign())]).toEqual(["old", true]);
  });

  it("does so with --yes, and asks nothing where there is no question", async () => {
    await rotate("--yes");
    const second = fs.readFileSync(value(), "utf8");
    expect([second === "old", fs.existsSync(foreign())]).toEqual([false, false]);
    await rotate();
    expect(fs.readFileSync(value(), "utf8")).not.toBe(second);
  });
});
