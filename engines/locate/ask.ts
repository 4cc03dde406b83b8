/** Asks an engine who it is. Plain HTTP: loading a client library would take longer than the answer. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import http, { type IncomingHttpHeaders } from "node:http";
import os from "node:os";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { hasSecurityOption, hidesClients, type EngineNature } from "./client-addresses";
import type { Endpoint } from "./endpoint";

/** Who answers. */
export interface Identity {
  /** The engine's own id, the same as long as it keeps its containers: another is another set of containers and volumes. */
  readonly id: string;
  /** Such as "28.2.2". */
  readonly version: string;
  /** Newest version of Docker's API that it speaks, such as "1.41". */
  readonly apiVersion: string;
  readonly name: "docker" | "podman";
  /** Whether the engine runs in a virtual machine of Docker Desktop, with a file system of its own. */
  readonly desktop: boolean;
  /** Whether it runs without root: a container's user is another one on the host, and its root is who runs the engine. */
  readonly rootless: boolean;
  /** Whether SELinux keeps containers from files of the host. */
  readonly selinux: boolean;
  /** Why containers do not see their clients' addresses; unset: they do. */
  readonly hidesClients?: string;
}

const INFO = z.object({
  ID: z.string().optional(),
  Name: z.string(),
  DockerRootDir: z.string(),
  ServerVersion: z.string(),
  OperatingSystem: z.string().default(""),
  KernelVersion: z.string().optional(),
  SecurityOptions: z.array(z.string()).nullish(),
});

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES:
    "permission denied; add yourself to its group (sudo usermod -aG docker $USER), log out and in again, and retry",
  ECONNREFUSED: "refuses connections: no engine listens there",
  ECONNRESET: "ends the connection without an answer",
};

/** Podman makes up a new ID for every answer: what identifies it is where it keeps its containers. */
const derivedId = (info: z.infer<typeof INFO>): string =>
  createHash("sha256").update(`${info.Name}\n${info.DockerRootDir}`).digest("hex").slice(0, 32);

function natureOf(info: z.infer<typeof INFO>): EngineNature {
  const desktop = info.OperatingSystem === "Docker Desktop";
  return { desktop, securityOptions: info.SecurityOptions ?? [], kernel: info.KernelVersion };
}

function identity(body: string, headers: IncomingHttpHeaders, local: boolean): Identity {
  const info = INFO.parse(JSON.parse(body));
  const nature = natureOf(info);
  const hidden = hidesClients(nature, { local, platform: process.platform, kernel: os.release() });
  const name = headers["libpod-api-version"] === undefined ? "docker" : "podman";
  return {
    id: name === "docker" && info.ID ? info.ID : derivedId(info),
    version: info.ServerVersion,
    apiVersion: z.string().parse(headers["api-version"]),
    name,
    desktop: nature.desktop,
    rootless: hasSecurityOption(nature, "rootless"),
    selinux: hasSecurityOption(nature, "selinux"),
    ...(hidden === undefined ? {} : { hidesClients: hidden }),
  };
}

function request(endpoint: Endpoint, signal: AbortSignal): Promise<http.IncomingMessage> {
  const target =
    endpoint.kind === "unix"
      ? { socketPath: endpoint.path }
      : { host: endpoint.hostname.replace(/^\[|\]$/g, ""), port: endpoint.port };
  return new Promise((resolve, reject) => {
    // agent: false, so that no connection stays open behind the answer.
    http
      .get({ ...target, path: "/info", headers: { host: "engine" }, agent: false, signal }, resolve)
      .on("error", reject);
  });
}

function failure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? `cannot be reached: ${message}`;
}

/** @returns who answers, or the reason why nobody does. A silent engine is given up after `timeoutMs`. */
export async function askEngine(endpoint: Endpoint, timeoutMs: number): Promise<Identity | { reason: string }> {
  const limit = AbortSignal.timeout(timeoutMs);
  let body: string;
  let answer: http.IncomingMessage;
  try {
    if (endpoint.kind === "unix" && !(await stat(endpoint.path)).isSocket()) return { reason: "is not a socket" };
    answer = await request(endpoint, limit);
    body = await text(answer);
  } catch (error) {
    return { reason: limit.aborted ? `no answer within ${timeoutMs / 1000} s` : failure(error) };
  }
  if (answer.statusCode !== 200)
    return { reason: `answers HTTP ${answer.statusCode}: ${body.trim().slice(0, 200) || "(nothing)"}` };
  try {
    return identity(body, answer.headers, endpoint.kind === "unix");
  } catch {
    return { reason: "answers, but not as a container engine does" };
  }
}
