/** Chat completions through ingress and LiteLLM against llama-server directly. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Config } from "../../config";
import { secretDirectory, VALUE_FILE } from "../../engines/files/layout";
import { CHAT_MODEL, SECRETS } from "../../services/ai/settings";
import { stackEndpoints } from "../../services/endpoints";
import { transportTrust } from "../trust";
import { measureLoad, type Latency } from "./statistics";

interface ChatTarget {
  readonly url: string;
  readonly key: string;
  /** How its certificate is trusted. */
  readonly fetch?: typeof fetch;
}

const secret = ({ dataDir }: Config, name: string, file = VALUE_FILE): string =>
  readFileSync(path.join(secretDirectory(dataDir, name), file), "utf8");

/** Both ways to the model of a stack whose AI bundle is up; `address` is one of llama-cpp. */
export function chatTargets(config: Config, address: string): { proxied: ChatTarget; direct: ChatTarget } {
  const url = stackEndpoints(config).find(({ name }) => name === "llm")?.url ?? "";
  return {
    proxied: { url, key: secret(config, SECRETS.masterKey, "key"), ...transportTrust(config) },
    direct: { url: `http://${address}:8080/v1`, key: secret(config, SECRETS.llamaKey) },
  };
}

async function chat({ url, key, fetch: trusting = fetch }: ChatTarget): Promise<void> {
  const answer = await trusting(`${url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: CHAT_MODEL, max_tokens: 8, messages: [{ role: "user", content: "Hello" }] }),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** `count` short completions by each of `clients` at once. */
export async function chatLatency(target: ChatTarget, clients: number, count: number): Promise<Latency> {
  await chat(target);
  return measureLoad(
    Array.from({ length: clients }, () => () => chat(target)),
    count,
  );
}
