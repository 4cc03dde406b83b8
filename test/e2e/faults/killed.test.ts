/**
 * Updates that are killed at random moments: each time the next `npm run up` goes on, with no `pulumi cancel`, and nothing
 * is left that the state does not know.
 */
import { eventually } from "../../support/eventually";
import { randomNumbers } from "../../support/bad-server";
import { expectWhole, FULL, remember, SEED, sleep } from "../../support/faults";
import { hasEnded, killTree, namedIn, treeOf } from "../../support/process-tree";
import { createStack, type TestStack } from "../../support/stack";

jest.setTimeout(240_000);

const ROUNDS = FULL ? 20 : 3;
const random = randomNumbers(SEED);

let stack: TestStack;
/** Milliseconds of an update that replaces every container. */
let duration: number;
beforeAll(async () => {
  process.stderr.write(`killed updates: FAULTS_SEED=${SEED} repeats these moments\n`);
  stack = await createStack({ servers: "memory" }, { prefix: "killed" });
  const start = Date.now();
  await stack.succeed("up");
  duration = Date.now() - start;
  await remember(stack);
});
afterAll(() => stack.remove());

/** Every service that an update of this round replaces. */
const SERVICES = ["mcp-gateway", "mcp-memory", "mcp-nixos-http", "mcp-router", "traefik"];
const change = (round: number): void => {
  const environment = { environment: { FAULT_ROUND: String(round) } };
  stack.configure({ overrides: Object.fromEntries(SERVICES.map((service) => [service, environment])) });
};

/** Gives the processes that there were. Kills all of it, or the Pulumi CLI alone, whose plugins and program then have to end by themselves. */
function kill(pid: number, whole: boolean): number[] {
  const tree = treeOf(pid);
  const cli = namedIn(tree, "pulumi");
  if (whole || cli === undefined) killTree(pid);
  else process.kill(cli, "SIGKILL");
  return tree;
}

describe("an update that is killed", () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => [round + 1]))(
    "is settled by the next up: round %d",
    async (round) => {
      change(round);
      const update = stack.start("up");
      const [moment, whole] = [random() * duration, random() < 0.5];
      await Promise.race([sleep(moment), update.done]);
      const tree = update.process.exitCode === null ? kill(update.process.pid ?? 0, whole) : [];
      const { output } = await update.done;
      await eventually(async () => expect(await Promise.resolve(tree.filter((pid) => !hasEnded(pid)))).toEqual([]));
      const next = await stack.run("up");
      if (next.code !== 0) {
        const how = `after ${Math.round(moment)} ms, ${whole ? "all of it" : "the CLI alone"}`;
        throw new Error(`round ${round}, killed ${how}:\n${output}\nthen up ended with ${next.code}:\n${next.output}`);
      }
      expect(next.output).not.toContain("pending operations");
      await expectWhole(stack);
    },
  );
});
