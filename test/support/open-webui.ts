/** Open WebUI of a test's stack, through the ingress. */
import fs from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../../engines/project-root";
import type { WorkspaceModel } from "../../services/prompts/open-webui";
import { request } from "./http";

/** What it is to import. */
export const exportedModels = (): WorkspaceModel[] =>
  JSON.parse(fs.readFileSync(path.join(PROJECT_ROOT, "docker/openwebui/agents.json"), "utf8")) as WorkspaceModel[];

/** Its API; the stack is asked for when it is needed, since tests make it late. */
export function openWebui(stack: () => { readonly port: number }) {
  const host = (): Record<string, string> => ({ host: `webui.localhost:${stack().port}` });
  const api = async (route: string, method = "GET", body?: object, token?: string) => {
    const headers = {
      ...host(),
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await request(stack().port, route, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: JSON.parse(answer.body) as Record<string, unknown> };
  };
  /** A token of the administrator. */
  const signIn = async (password: string): Promise<string> => {
    const { json } = await api("/api/v1/auths/signin", "POST", { email: "admin@localhost.local", password });
    return String(json["token"]);
  };
  /** The whole answer of a model to one question, as JSON. */
  const chat = async (model: string, token: string): Promise<string> => {
    const body = { model, messages: [{ role: "user", content: "Who are you?" }], stream: false };
    return JSON.stringify((await api("/api/chat/completions", "POST", body, token)).json);
  };
  /** What answers with a list. */
  const list = async <T>(route: string, token: string): Promise<T[]> =>
    (await api(route, "GET", undefined, token)).json as unknown as T[];
  return { host, api, signIn, chat, list };
}
