import { execFile } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ServerContainers } from "../../components/server-containers";
import { up, type Registered } from "../support/up";

const labels = { "mcp-stack.stack": "it's dev", "mcp-stack.service": "mcp-server" };
const wanted = ["mcp-stack.stack=it's dev", "mcp-stack.service=mcp-server"];

const removal = async (host: string): Promise<Registered | undefined> => {
  const { resources } = await up(() => new ServerContainers("servers", { host, labels }));
  return resources.find(({ name }) => name === "servers-removal");
};

describe("ServerContainers", () => {
  it("are one command that does nothing but remove them in the end", async () => {
    const { resources } = await up(() => new ServerContainers("servers", { host: "unix:///engine.sock", labels }));

    expect(resources).toEqual([
      {
        type: "mcp-stack:components:ServerContainers",
        name: "servers",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: {},
      },
      {
        type: "command:local:Command",
        name: "servers-removal",
        parent: "servers",
        provider: undefined,
        after: [],
        inputs: {
          create: "true",
          update: "true",
          delete: expect.stringMatching(/^node -e '[^']+'$/) as string,
          environment: { ENGINE_HOST: "unix:///engine.sock", LABELS: JSON.stringify(wanted) },
        },
      },
    ]);
  });
});

describe("the removal of the servers' containers", () => {
  let directory: string;
  let engine: http.Server | undefined;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "server-containers-test-"));
  });
  afterEach(async () => {
    engine?.closeAllConnections();
    if (engine) await new Promise((resolve) => engine?.close(resolve));
    engine = undefined;
    fs.rmSync(directory, { recursive: true });
  });

  /** An engine with the containers a, b and c that answers each deletion as told; gives what it was asked. */
  async function listen(
    where: string | number,
    deletions: Readonly<Record<string, number>>,
    list = 200,
  ): Promise<string[]> {
    const asked: string[] = [];
    engine = http.createServer(({ method, url = "" }, response) => {
      asked.push(`${method} ${decodeURIComponent(url)}`);
      const [, id] = /^\/containers\/(\w)\?/.exec(url) ?? [];
      response.statusCode = id === undefined ? list : (deletions[id] ?? 204);
      response.end(id === undefined && list === 200 ? JSON.stringify([{ Id: "a" }, { Id: "b" }, { Id: "c" }]) : "");
    });
    engine.listen(typeof where === "number" ? { port: where, host: "127.0.0.1" } : { path: where });
    await once(engine, "listening");
    return asked;
  }

  /** Runs the command as the plugin does, in a directory without any file. */
  const run = async (host: string) => {
    const { delete: command, environment } = (await removal(host))?.inputs as { delete: string; environment: object };
    const env = { PATH: process.env["PATH"], ...environment };
    return promisify(execFile)("/bin/sh", ["-c", command], { cwd: directory, env });
  };
  const expected = [
    `GET /containers/json?all=1&filters=${JSON.stringify({ label: wanted })}`,
    "DELETE /containers/a?force=1&v=1",
    "DELETE /containers/b?force=1&v=1",
    "DELETE /containers/c?force=1&v=1",
  ];

  it("removes every one with the labels, with its volumes, through a socket", async () => {
    const socket = path.join(directory, "engine.sock");
    const asked = await listen(socket, {});

    await run(`unix://${socket}`);

    expect(asked).toEqual(expected);
  });

  it("does so through TCP, and takes no offence at containers that are gone or on their way", async () => {
    const asked = await listen(0, { a: 404, b: 409 });

    await run(`tcp://127.0.0.1:${(engine?.address() as AddressInfo).port}`);

    expect(asked).toEqual(expected);
  });

  it("fails, naming container and answer, when one cannot be removed", async () => {
    const socket = path.join(directory, "engine.sock");
    await listen(socket, { b: 500 });

    await expect(run(`unix://${socket}`)).rejects.toThrow("server containers: removing b: 500");
  });

  it("fails when the engine cannot list them, or is not there", async () => {
    const socket = path.join(directory, "engine.sock");
    await listen(socket, {}, 500);

    await expect(run(`unix://${socket}`)).rejects.toThrow("server containers: the engine answered 500");
    await expect(run(`unix://${directory}/none.sock`)).rejects.toThrow("server containers: connect ENOENT");
  });
});
