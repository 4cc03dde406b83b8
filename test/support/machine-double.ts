/** A machine with doubles of Pulumi's CLI and plugins, and of an engine that has every image: all that is asked of them is noted. */
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { DOCKER_HEADERS, DOCKER_INFO } from "./fake-engine";
import { freePort } from "./free-port";
import { officialMachine, pluginFiles, type OfficialMachine } from "./official-machine";

/** A call of the CLI. */
export interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface MachineDouble extends OfficialMachine {
  /** Calls of the CLI so far. */
  calls(): Call[];
  /** Requests to the engine so far, such as "GET /info". */
  readonly asked: readonly string[];
  /** Ends the engine and removes the machine. */
  end(): Promise<void>;
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

function answerTo(url: string): unknown {
  if (url.startsWith("/info")) return DOCKER_INFO;
  if (url.startsWith("/containers/json") || url.startsWith("/networks")) return [];
  return url.startsWith("/volumes") ? { Volumes: [] } : {};
}

const startEngine = (asked: string[], socket: string): http.Server =>
  http
    .createServer(({ method, url = "" }, response) => {
      asked.push(`${method} ${url}`);
      response.writeHead(200, { ...DOCKER_HEADERS, "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(answerTo(url)));
    })
    .listen(socket);

/** Makes the machine, its stack configured for the engine, with what `configOf` adds for its home. The caller calls `end()`. */
export async function machineDouble(
  configOf: (home: string) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<MachineDouble> {
  const machine = officialMachine((bin, home) => {
    executable(path.join(bin, "pulumi"), CLI);
    executable(path.join(bin, "pulumi-language-nodejs"), EMPTY);
    for (const plugin of pluginFiles(path.join(home, ".pulumi"))) executable(plugin, EMPTY);
  });
  const [asked, socket]: [string[], string] = [[], path.join(machine.home, "engine.sock")];
  const engine = startEngine(asked, socket);
  await once(engine, "listening");
  machine.configure({
    containerSocket: socket,
    httpPort: String(await freePort()),
    imageSource: "pull",
    imageDigests: { "mcp-nixos": `sha256:${"a".repeat(64)}` },
    ...configOf(machine.home),
  });
  const noted = path.join(machine.bin, "pulumi.calls");
  return {
    ...machine,
    asked,
    calls: () =>
      fs
        .readFileSync(noted, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Call),
    end: async () => {
      await new Promise((resolve) => engine.close(resolve));
      machine.remove();
    },
  };
}
