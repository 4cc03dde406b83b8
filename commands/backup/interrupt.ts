/** Ctrl-C, without leaving behind what was begun: services that stand still, half an archive. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does `work`; when the user interrupts it, it fails with an error that says so. `stop` is told, so that the work itself ends;
 * it is waited for then. Without `stop` nobody waits for it.
 */
export async function interruptible<T>(stop: ((error: Error) => void) | undefined, work: () => Promise<T>): Promise<T> {
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    interrupt = (signal) => {
      const error = new Error(`interrupted (${signal}); nothing was changed`);
      if (stop === undefined) reject(error);
      else stop(error);
    };
  });
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
