/** `npm run faults`: injects every fault for real, also those that `npm test` leaves out because they take long. */
import { say } from "./ask";
import { test } from "./test";

/** Tests of faults; bad-days are those that `npm test` runs, too. */
const FOLDERS = "test/e2e/(faults|bad-days)/";

export interface FaultOptions {
  /** Start of random numbers, as a run before has shown it. */
  readonly seed?: string;
}

/** @param args go to jest; a pattern of their own takes the place of the usual one */
export async function faults(args: readonly string[], { seed }: FaultOptions): Promise<void> {
  if (seed !== undefined && !/^\d+$/.test(seed)) throw new Error(`--seed: "${seed}" is no whole number`);
  process.env.FAULTS = "full";
  if (seed !== undefined) process.env.FAULTS_SEED = seed;
  say("faults: all of them, on this machine's engine and on a second one beside it; half an hour and more");
  const chosen = args.some((arg) => arg.startsWith("--testPathPatterns"));
  await test(chosen ? args : ["--testPathPatterns", FOLDERS, ...args]);
}
