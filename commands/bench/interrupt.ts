/** Ctrl-C while a benchmark runs: it ends at its next step, so that what it changed is put back. */

let interrupted = false;

/** Watches for wishes to end; a second one is not waited for. */
export function watchInterrupts(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interrupted = true;
      process.stderr.write("bench: ends after this step, and puts back what it changed\n");
    });
  }
}

/** @throws Error once somebody wants it to end */
export function throwIfInterrupted(): void {
  if (interrupted) throw new Error("bench was interrupted");
}

/** Waits for so many seconds, or until somebody wants it to end. @throws Error then */
export async function rest(seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    throwIfInterrupted();
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, end - Date.now())));
  }
}
