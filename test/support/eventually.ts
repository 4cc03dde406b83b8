import { setTimeout as sleep } from "node:timers/promises";

/** Repeats an expectation until it holds; after `seconds` its failure is the test's. */
export async function eventually(expectation: () => Promise<void>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const failure = await expectation().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (Date.now() > end) throw failure;
    await sleep(250);
  }
}
