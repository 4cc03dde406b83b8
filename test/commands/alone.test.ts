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
      response.end(JSON.stringify(url.startsWith("/info") ? DOCKER_INFO : []));
    })
    .listen(socket);
  await once(engine, "listening");
  machine.configure({ containerSocket: socket, httpPort: String(await freePort()), imageSource: "pull" });
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
