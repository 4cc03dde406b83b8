/** Containers that stand still while what they write is read, as at a power cut: what is on disk then, they can start from. */
import type Docker from "dockerode";
import type { Writer } from "./data";

/** Seconds that each service stood still, added up. */
export type StoodStill = Map<string, number>;

/** Lets a container go on; one that is gone needs nothing. */
export async function unpause(docker: Docker, id: string): Promise<void> {
  try {
    await docker.getContainer(id).unpause();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
}

export class Pauses {
  readonly stoodStill: StoodStill = new Map();
  private readonly paused = new Map<string, { readonly service: string; readonly since: number }>();

  constructor(private readonly docker: Docker) {}

  /** Pauses them while `work` is done. They go on whatever comes of it. */
  async during<T>(writers: readonly Writer[], work: () => Promise<T>): Promise<T> {
    try {
      for (const writer of writers) await this.pause(writer);
      return await work();
    } finally {
      await this.release();
    }
  }

  private async pause({ id, service }: Writer): Promise<void> {
    try {
      await this.docker.getContainer(id).pause();
    } catch (error) {
      throw new Error(
        `${service} cannot be paused, so its data cannot be read in one piece: ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    }
    this.paused.set(id, { service, since: Date.now() });
  }

  /** Lets all go on; also called when the command is interrupted. */
  async release(): Promise<void> {
    for (const [id, { service, since }] of [...this.paused].reverse()) {
      await unpause(this.docker, id);
      this.paused.delete(id);
      this.stoodStill.set(service, (this.stoodStill.get(service) ?? 0) + (Date.now() - since) / 1000);
    }
  }
}
