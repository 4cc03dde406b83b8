/** Somebody at a stack where clients have to sign in: with a token, without one, or with a wrong one. */
import fs from "node:fs";
import path from "node:path";
import { request, type HttpAnswer } from "./http";
import { withSession } from "./mcp-client";
import type { TestStack } from "./stack";

type Headers = Readonly<Record<string, string>>;

export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });
export const basic = (user: string, password: string): Headers => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
/** Options of a session with a token. */
export const withToken = (token: string) => ({ requestInit: { headers: bearer(token) } });
/** Type of an answer that is an error. */
export const errorOf = (body: string): unknown => (JSON.parse(body) as { error: { type: unknown } }).error.type;

export interface Visitor {
  /** The stack's own token. */
  own(): string;
  ask(url: string, headers?: Headers): Promise<HttpAnswer>;
  statusAt(url: string, headers?: Headers): Promise<number>;
  routerId(): Promise<string>;
  /** What another client, at another address, is told of the gateway's health: from the router's own container. */
  statusFromElsewhere(headers?: Headers): Promise<string>;
  /** Opens a session, calls a tool, ends the session. */
  works(token: string): Promise<string>;
}

export const visitor = (stack: () => TestStack): Visitor => {
  const routerId = async (): Promise<string> => (await stack().containers("mcp-router"))[0]?.Id ?? "";
  const ask: Visitor["ask"] = (url, headers = {}) => request(stack().port, url, { headers });
  return {
    ask,
    own: () => fs.readFileSync(path.join(stack().dataDir, "secrets/mcp-token/value"), "utf8"),
    statusAt: async (url, headers) => (await ask(url, headers)).status,
    routerId,
    statusFromElsewhere: async (headers = {}) => {
      const given = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
      const Cmd = ["wget", "-S", "-O", "-", ...given, "http://127.0.0.1:8080/healthz/mcp-gateway"];
      const container = stack().docker.getContainer(await routerId());
      const exec = await container.exec({ Cmd, AttachStdout: true, AttachStderr: true });
      let text = "";
      for await (const part of await exec.start({})) text += String(part);
      return /HTTP\/1\.1 200/.test(text) ? "ok" : text;
    },
    works: (token) =>
      withSession(stack().url("/mcp"), ({ call }) => call("get_current_time", { timezone: "UTC" }), withToken(token)),
  };
};
