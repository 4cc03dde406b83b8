/** Errors of the engine, in the words of the official plugin. */

/** The HTTP status that the engine answered with; undefined if it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

/** Whether the engine said that the thing does not exist. */
export const isMissing = (error: unknown): boolean => statusOf(error) === 404;

/** What the engine said, or that it did not answer at `host`. */
export function daemonText(error: unknown, host: string): string {
  const { message = String(error), code, name } = error as Partial<NodeJS.ErrnoException>;
  if (statusOf(error) !== undefined) {
    // dockerode: "(HTTP code 409) conflict - Conflict. The container name … "
    return `Error response from daemon: ${message.replace(/^\(HTTP code \d+\) .*? - /, "").trim()}`;
  }
  if (code === undefined && name !== "TimeoutError") return message;
  return `Cannot connect to the Docker daemon at ${host} (${message || code}). Is the docker daemon running?`;
}

/** Runs one call; a failure begins with `what`, such as "Unable to create network". */
export async function ask<T>(what: string, host: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new Error(`${what}: ${daemonText(error, host)}`, { cause: error });
  }
}

/** The answer, or undefined if the thing does not exist; other failures begin with `what`. */
export async function askIfThere<T>(what: string, host: string, call: () => Promise<T>): Promise<T | undefined> {
  return ask(what, host, () =>
    call().catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    }),
  );
}
