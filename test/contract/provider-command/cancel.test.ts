/** A command whose update is cancelled. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { driver, temporaryFolder, type Driver } from "./driver";

const folder = temporaryFolder();
const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0).filter(isAlive)) process.kill(pid, "SIGKILL");
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Resolves to the process ids that a command writes, as soon as there are that many. */
async function processes(count: number): Promise<number[]> {
  const file = path.join(folder.path, "pids");
  for (;;) {
    const pids = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
    if (pids.length < count) await sleep(20);
    else {
      started.push(...pids);
      return pids;
    }
  }
}

/** Starts a command in the folder; resolves to how it fails. */
function begin(step: Driver, create: string): Promise<string> {
  return step.create({ create, dir: folder.path }).then(
    () => "it did not fail",
    (error: Error) => error.message,
  );
}

async function expectEnd(pids: readonly number[]): Promise<void> {
  for (let waited = 0; pids.some(isAlive) && waited < 10_000; waited += 50) await sleep(50);
  expect(pids.filter(isAlive)).toEqual([]);
}

describe("cancelling", () => {
  it("ends the command and all that it started, by SIGTERM", async () => {
    const step = driver();
    const failure = begin(step, `trap 'echo told; exit 9' TERM; sleep 300 & echo "$$\n$!" > pids; wait`);
    const pids = await processes(2);
    step.cancel();
    expect(await failure).toMatch(/^exit status 9: running "[^]*":\ntold\n$/);
    await expectEnd(pids);
  });

  it("ends those that ignore SIGTERM", async () => {
    const step = driver();
    const failure = begin(step, `trap '' TERM; sleep 300 & echo "$$\n$!" > pids; wait`);
    const pids = await processes(2);
    step.cancel();
    expect(await failure).toMatch(/^signal: SIGKILL \(9\): /);
    await expectEnd(pids);
  });

  it("ends a child that ignores SIGTERM and shares no output with the command, which ended before", async () => {
    const step = driver();
    const child = `(trap '' TERM; echo 1 > ready; exec sleep 300) > /dev/null 2>&1 &`;
    const begun = `${child} while [ ! -e ready ]; do sleep 0.02; done; echo "$$\n$!" > pids; exec sleep 300`;
    const failure = begin(step, begun);
    const pids = await processes(2);
    step.cancel();
    expect(await failure).toMatch(/^signal: SIGTERM \(15\): /);
    await expectEnd(pids);
  });

  it("ends a command that is only just starting", async () => {
    const step = driver();
    step.cancel();
    expect(await begin(step, "exec sleep 300")).toMatch(/^signal: SIGTERM \(15\): /);
  });
});
