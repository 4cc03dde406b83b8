/** On a machine with Pulumi and its plugins, Pulumi runs as the user would run it: nothing of ours is in its way. */
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { DOCKER_HEADERS, DOCKER_INFO } from "../support/fake-engine";
import { freePort } from "../support/free-port";
import { officialMachine, pluginFiles, type OfficialMachine } from "../support/official-machine";

jest.setTimeout(60_000);

/** A call of the CLI. */
interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Notes its calls beside itself. */
const CLI = `#!${process.execPath}
require("node:fs").appendFileSync(__filename + ".calls", JSON.stringify({ args: process.argv.slice(2), env: process.env }) + "\\n");
const answers = { version: "v3.259.0", "stack export": '{ "deployment": {} }' };
console.log(answers[process.argv.slice(2).join(" ")] ?? "");
`;
const EMPTY = "#!/bin/sh\n";
const executable = (file: string, content: string): void => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content, { mode: 0o755 });
};

let machine: OfficialMachine;
let engine: http.Server;
beforeEach(async () => {
  machine = officialMachine((bin, home) => {
    executable(path.join(bin, "pulumi"), CLI);
    executable(path.join(bin, "pulumi-language-nodejs"), EMPTY);
    for (const plugin of pluginFiles(path.join(home, ".pulumi"))) executable(plugin, EMPTY);
  });
  const socket = path.join(machine.home, "engine.sock");
  engine = engineWithEveryImage().listen(socket);
  await once(engine, "listening");
  machine.configure({
    containerSocket: socket,
    httpPort: String(await freePort()),
    imageSource: "pull",
    imageDigests: { "mcp-nixos": `sha256:${"a".repeat(64)}` },
  });
});
afterEach(async () => {
  await new Promise((resolve) => engine.close(resolve));
  machine.remove();
});

function engineWithEveryImage(): http.Server {
  return http.createServer(({ url = "" }, response) => {
    const isList = url.startsWith("/containers/json") || url.startsWith("/networks");
    const body = url.startsWith("/info")
      ? DOCKER_INFO
      : isList
        ? []
        : url.startsWith("/volumes")
          ? { Volumes: [] }
          : {};
    response.writeHead(200, { ...DOCKER_HEADERS, "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify(body));
  });
}

const calls = (): Call[] =>
  fs
    .readFileSync(path.join(machine.bin, "pulumi.calls"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Call);

/** What the CLI finds in its environment beside what the user's own shell has. */
function added({ env }: Call): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => (machine.env as Record<string, string>)[name] !== value),
  );
}

/** The user's own home of Pulumi, and what belongs to the checkout: backend and stack. */
const expected = (): Record<string, string> => ({
  PULUMI_HOME: path.join(machine.home, ".pulumi"),
  PULUMI_SKIP_UPDATE_CHECK: "1",
  PULUMI_BACKEND_URL: `file://${machine.checkout}/.state`,
  PULUMI_CONFIG_PASSPHRASE_FILE: `${machine.checkout}/.state/passphrase`,
  PULUMI_PARALLEL: "32",
  PULUMI_STACK: "dev",
});

it("npm run up uses that CLI with those plugins: no other PATH, no other home, no stand-in", async () => {
  const { stderr } = await machine.run("up");
  expect(stderr).toContain(`pulumi 3.259.0: ${machine.bin}/pulumi on PATH; official plugins\n`);
  const [version, ...others] = calls();
  expect(version?.args).toEqual(["version"]);
  const events = ["--event-log", expect.stringContaining("events.json") as string];
  expect(others.at(-1)?.args).toEqual(["up", "--yes", "--skip-preview", "--non-interactive", ...events]);
  expect(others.slice(0, -1).map(added)).toEqual(others.slice(0, -1).map(expected));
  // The CLI has --event-log only with its debug commands on.
  expect(others.slice(-1).map(added)).toEqual([{ ...expected(), PULUMI_DEBUG_COMMANDS: "true" }]);
  expect(machine.toolchainCache()).toEqual(["resolved.json"]);
});

it("npm run env gives a shell the same and no PATH", async () => {
  const { stdout } = await machine.run("env");
  const exports = Object.entries(expected()).map(([name, value]) => `export ${name}='${value}'`);
  expect(stdout.trimEnd().split("\n").sort()).toEqual(exports.sort());
});

it("a login of the user's stays where it is and decides about the backend", async () => {
  fs.writeFileSync(path.join(machine.home, ".pulumi/credentials.json"), '{ "current": "https://api.pulumi.com" }');
  await machine.run("pulumi", "preview");
  const { PULUMI_BACKEND_URL: _url, PULUMI_CONFIG_PASSPHRASE_FILE: _file, ...others } = expected();
  const [, ...own] = calls();
  expect(own.at(-1)?.args).toEqual(["preview"]);
  expect(own.map(added)).toEqual(
    own.map(() => ({ ...others, PULUMI_CREDENTIALS_PATH: path.join(machine.home, ".pulumi") })),
  );
});
