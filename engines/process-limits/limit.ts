/** Limits of processes, by the engine's API: they hold for a container's life, with Docker restarts included. */
import type Docker from "dockerode";
import type { EngineName } from "../podman";

export interface ProcessLimit {
  /** Of the container. */
  readonly id: string;
  /** For messages. */
  readonly service: string;
  /** Processes and threads. */
  readonly processes: number;
}

/** Podman's own API, in the oldest version that has updates: github.com/containers/podman, RELEASE_NOTES.md, 4.3.0. */
const LIBPOD = "/v4.3.0/libpod";

/** A call that Docker's client library does not know. */
const libpodUpdate = ({ modem }: Docker, id: string, resources: object): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const call = {
      path: `${LIBPOD}/containers/${id}/update`,
      method: "POST",
      options: resources,
      statusCodes: { 200: true, 201: true, 404: "no such container", 500: "server error" },
    };
    modem.dial(call, (error: unknown, answer) => (error ? reject(error as Error) : resolve(answer)));
  });

/**
 * By Podman's own API, since Docker's is missing in it before 5.1, and from then on makes a restart policy that is not
 * repeated "no" (github.com/podman-container-tools/podman/issues/29790). Before 5.1 a restart brings back Podman's own limit, 2048.
 */
const update = (docker: Docker, engine: EngineName, { id, processes }: ProcessLimit): Promise<unknown> =>
  engine === "podman"
    ? libpodUpdate(docker, id, { pids: { limit: processes } })
    : docker.getContainer(id).update({ PidsLimit: processes });

/**
 * Sets them all; one that is set already stays as it is.
 *
 * @throws Error naming the service, the limit and what the engine said
 */
export async function limitProcesses(
  docker: Docker,
  limits: readonly ProcessLimit[],
  engine: EngineName = "docker",
): Promise<void> {
  for (const limit of limits) {
    try {
      await update(docker, engine, limit);
    } catch (error) {
      const { service, processes } = limit;
      throw new Error(
        `${service}: the engine does not limit it to ${processes} processes: ${(error as Error).message}; npm run up tries again`,
        { cause: error },
      );
    }
  }
}
