import { setTimeout as sleep } from "node:timers/promises";

/** Repeats an expectation until it holds; after 30 s its failure is the test's. */
export async function eventually(expectation: () => Promise<void>): Promise<void> {
  const end = Date.now() + 30_000;
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
