/** Limits of processes, by the engine's API: they hold for a container's life, restarts included. */
import type Docker from "dockerode";

export interface ProcessLimit {
  /** Of the container. */
  readonly id: string;
  /** For messages. */
  readonly service: string;
  /** Processes and threads. */
  readonly processes: number;
}

/**
 * Sets them all; one that is set already stays as it is.
 *
 * @throws Error naming the service, the limit and what the engine said
 */
export async function limitProcesses(docker: Docker, limits: readonly ProcessLimit[]): Promise<void> {
  for (const { id, service, processes } of limits) {
    try {
      await docker.getContainer(id).update({ PidsLimit: processes });
    } catch (error) {
      throw new Error(
        `${service}: the engine does not limit it to ${processes} processes: ${(error as Error).message}; npm run up tries again`,
        { cause: error },
      );
    }
  }
}
