import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startDaemon, waitForEngine, type Started } from "../../../engines/install/start";
import { DOCKER_HEADERS, DOCKER_INFO, FakeEngines } from "../../support/fake-engine";

/** Nothing here takes that long: it only ends a test that would hang. */
const LONG = 20;
const engines = new FakeEngines();
const log = path.join(engines.directory, "daemon.log");
const socket = path.join(engines.directory, "daemon.sock");
let started: Started | undefined;

afterEach(() => {
  if (started && started.ended() === undefined) process.kill(started.pid);
  started = undefined;
});
afterAll(() => engines.close());

/** A fake daemon: Node.js runs the script. */
const daemon = (script: string): Started =>
  (started = startDaemon({ program: process.execPath, args: ["-e", script], log }));

const ANSWERS = `require("node:http").createServer((_, response) => {
  response.writeHead(200, ${JSON.stringify(DOCKER_HEADERS)}).end(${JSON.stringify(JSON.stringify(DOCKER_INFO))});
}).listen(${JSON.stringify(socket)}, () => console.log("listens"));`;

describe("startDaemon", () => {
  it("starts a process in a session of its own, whose engine then answers", async () => {
    const { pid, ended, lastLines } = daemon(ANSWERS);
    await expect(waitForEngine(socket, LONG, ended)).resolves.toBeUndefined();
    const session = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3];
    expect(session).toBe(String(pid));
    expect(lastLines()).toBe("    listens");
  });

  it("tells of one that ends at once, with the lines of this start only", async () => {
    writeFileSync(log, "an earlier start\n");
    const { ended, lastLines } = daemon('console.error("no iptables"); process.exit(3)');
    await expect(waitForEngine(path.join(engines.directory, "none.sock"), LONG, ended)).resolves.toBe(
      "ended with code 3",
    );
    expect(lastLines()).toBe("    no iptables");
    expect(readFileSync(log, "utf8")).toBe("an earlier start\nno iptables\n");
  });

  it("tells of a program that does not exist", async () => {
    const { ended } = startDaemon({ program: "/nowhere/dockerd", args: [], log });
    await expect(waitForEngine(path.join(engines.directory, "none.sock"), LONG, ended)).resolves.toBe(
      "cannot be started: spawn /nowhere/dockerd ENOENT",
    );
  });
});

describe("waitForEngine", () => {
  it("gives up after its time and says what was wrong last", async () => {
    const missing = path.join(engines.directory, "missing.sock");
    await expect(waitForEngine(missing, 0)).resolves.toBe(`does not answer at ${missing} after 0 s (does not exist)`);
  });

  it("asks again until the engine is there", async () => {
    // Where the first fake engine of this file will listen.
    const late = path.join(engines.directory, "0.sock");
    const waiting = waitForEngine(late, LONG);
    expect(existsSync(late)).toBe(false);
    await engines.start();
    await expect(waiting).resolves.toBeUndefined();
  });
});
