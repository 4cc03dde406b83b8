/** Ctrl-C, without leaving behind what was begun: services that stand still, half an archive. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Does `work`; an interruption by the user is told to `stop`, as an error for the work to end with: it is waited for. */
export async function interruptible<T>(stop: (error: Error) => void, work: () => Promise<T>): Promise<T> {
  const interrupt = (signal: NodeJS.Signals): void => stop(new Error(`interrupted (${signal}); nothing was changed`));
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
