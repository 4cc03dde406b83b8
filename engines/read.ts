/** Reads from an engine what it has as JSON. Plain HTTP: loading a client library would take longer than the answers. */
import http from "node:http";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";

/** Asks for a path of the engine's API. @throws Error that names path and answer, with `statusCode` */
export type ReadEngine = <T>(path: string, signal?: AbortSignal) => Promise<T>;

/** The engine said no. */
export class EngineAnswer extends Error {
  constructor(
    readonly statusCode: number,
    path: string,
    body: string,
  ) {
    super(`the engine answers HTTP ${statusCode} to ${path}: ${body.trim().slice(0, 200)}`);
  }
}

/** `host` is an address as in DOCKER_HOST: unix:///PATH or tcp://HOST:PORT. */
export function engineReader(host: string): ReadEngine {
  const { protocol, hostname, port, pathname } = new URL(host);
  const target =
    protocol === "unix:"
      ? { socketPath: decodeURIComponent(pathname) }
      : { host: hostname.replace(/^\[|\]$/g, ""), port };
  return async <T>(path: string, signal?: AbortSignal): Promise<T> => {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      // agent: false, so that no connection stays open behind the answer.
      http
        .get({ ...target, path, headers: { host: "engine" }, agent: false, signal }, resolve)
        .on("error", (error) => reject(new Error(`the engine at ${host} does not answer: ${error.message}`)));
    });
    const body = await text(answer);
    if (answer.statusCode !== 200) throw new EngineAnswer(answer.statusCode ?? 0, path, body);
    return JSON.parse(body) as T;
  };
}

/** What is asked of an engine before anything is created. */
export type EngineQuestions = Pick<Docker, "info" | "listContainers">;

/** The client library's questions, without the library. `host` is an address as in DOCKER_HOST. */
export function engineQuestions(host: string): EngineQuestions {
  const read = engineReader(host);
  return { info: () => read("/info"), listContainers: () => read<Docker.ContainerInfo[]>("/containers/json") };
}
