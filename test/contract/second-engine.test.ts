import { existsSync, readFileSync, readdirSync } from "node:fs";
import { execFile } from "node:child_process";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { connect } from "../../engines/images/engine";
import { askEngine } from "../../engines/locate/ask";
import { groups } from "../support/second-engine/cgroups";
import { startSecondEngine, type SecondEngine } from "../support/second-engine";
import { HTTP_SERVER, importTinyImage } from "../support/tiny-image";

const IMAGE = `mcp-second-engine-test:${process.pid}`;
const own = connect();
let engine: SecondEngine;

beforeAll(async () => {
  await importTinyImage(own, IMAGE);
  engine = await startSecondEngine();
  await engine.copyImage(IMAGE);
}, 120_000);
afterAll(async () => {
  await engine?.stop();
  await own.getImage(IMAGE).remove();
}, 60_000);

/** Runs a command in a container of the image; returns its exit code and output. */
async function runIn({ docker }: SecondEngine, ...command: string[]): Promise<{ code: number; output: string }> {
  const container = await docker.createContainer({ Image: IMAGE, Cmd: command, Tty: true });
  try {
    const attached = await container.attach({ stream: true, stdout: true, stderr: true });
    const output = text(attached);
    await container.start();
    const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
    return { code, output: await output };
  } finally {
    await container.remove({ force: true });
  }
}

const curl = async (prefix: readonly string[], url: string): Promise<string> => {
  const [program = "curl", ...args] = [...prefix, "curl", "--silent", "--fail", "--max-time", "5", "--retry", "20"];
  const retry = ["--retry-delay", "1", "--retry-connrefused", "--noproxy", "*"];
  return (await promisify(execFile)(program, [...args, ...retry, url])).stdout;
};

const idOf = async (socket: string): Promise<string | undefined> => {
  const answer = await askEngine({ kind: "unix", path: socket }, 5_000);
  return "id" in answer ? answer.id : undefined;
};

/** Everything of an engine that could stay on the machine; its directory's name is in all of it. */
function leftovers({ socket, address }: SecondEngine): string[] {
  const directory = path.dirname(socket);
  const name = path.basename(directory);
  const processes = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => existsSync(`/proc/${pid}/cmdline`) && commandLine(pid).includes(name));
  const mounted = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes(name));
  const hostEnd = address.replace(/\d+$/, "1");
  const links = Object.entries(networkInterfaces()).flatMap(([link, addresses]) =>
    addresses?.some((own) => own.address === hostEnd) ? [link] : [],
  );
  return [...processes, ...mounted, ...links, ...groups(name), ...(existsSync(directory) ? [directory] : [])];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // It ended meanwhile.
  }
}

describe("a second engine", () => {
  it("is another one than the machine's own, with images of its own", async () => {
    const { ID: ownId } = (await own.info()) as { ID: string };
    const id = await idOf(engine.socket);
    expect(id).toEqual(expect.any(String));
    expect(id).not.toBe(ownId);
    const tags = (await engine.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
    expect(tags).toEqual([IMAGE]);
  });

  it("runs a container", async () => {
    await expect(runIn(engine, "/bin/sh", "-c", "echo hello; exit 3")).resolves.toEqual({
      code: 3,
      output: "hello\r\n",
    });
  });

  it("publishes ports that are reached from the host and in its network, and keeps containers over a power failure", async () => {
    const container = await engine.docker.createContainer({
      Image: IMAGE,
      Cmd: HTTP_SERVER,
      ExposedPorts: { "80/tcp": {} },
      HostConfig: {
        PortBindings: {
          "80/tcp": [
            { HostIp: "0.0.0.0", HostPort: "8080" },
            { HostIp: "127.0.0.1", HostPort: "8081" },
          ],
        },
        RestartPolicy: { Name: "always" },
      },
    });
    await container.start();
    await expect(curl([], `http://${engine.address}:8080/`)).resolves.toBe("hello");
    await expect(curl(engine.inNetwork, "http://127.0.0.1:8081/")).resolves.toBe("hello");

    const id = await idOf(engine.socket);
    await engine.kill();
    await expect(idOf(engine.socket)).resolves.toBeUndefined();
    await engine.restart();
    await expect(idOf(engine.socket)).resolves.toBe(id);
    await expect(curl([], `http://${engine.address}:8080/`)).resolves.toBe("hello");
    await container.remove({ force: true });
  }, 120_000);

  it("with a small disk has no space for more, and leaves nothing behind, running containers included", async () => {
    const small = await startSecondEngine({ diskMiB: 64 });
    try {
      await small.copyImage(IMAGE);
      const container = await small.docker.createContainer({ Image: IMAGE, Cmd: ["/bin/sleep", "1000"] });
      await container.start();
      const { code, output } = await runIn(small, "/bin/dd", "if=/dev/zero", "of=/big", "bs=1M", "count=100");
      expect(code).toBe(1);
      expect(output).toContain("No space left on device");
    } finally {
      await small.stop();
    }
    expect(leftovers(small)).toEqual([]);
    await small.stop();
  }, 120_000);
});
