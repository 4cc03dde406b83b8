/** Starts a real OpenID Connect provider, and is the person at its pages. */
import { once } from "node:events";
import { execFile, spawn } from "node:child_process";
import { createPrivateKey, createSign, generateKeyPairSync } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { freePort } from "./free-port";

export interface TestProvider {
  readonly issuer: string;
  /** A token with these claims, signed by the provider's key, or another one; or not at all. */
  token(claims: object, how?: "provider" | "stranger" | "none"): string;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Address of the engine's own bridge: this machine and its containers reach it, nobody else does. */
async function bridgeAddress(docker: Docker): Promise<string> {
  const { Options = {} } = (await docker.getNetwork("bridge").inspect()) as Docker.NetworkInspectInfo;
  // The description of the network itself has its address only after the engine was started a second time.
  const bridge = Options["com.docker.network.bridge.name"] ?? "";
  const { stdout } = await run("ip", ["-json", "-4", "address", "show", "dev", bridge]);
  const [found] = JSON.parse(stdout) as { addr_info: { local: string }[] }[];
  const address = found?.addr_info[0]?.local;
  if (address === undefined) throw new Error(`the engine's bridge ${bridge} has no address`);
  return address;
}

/** Starts it with these clients. */
export async function startProvider(docker: Docker, clients: readonly object[]): Promise<TestProvider> {
  const [address, port] = [await bridgeAddress(docker), await freePort()];
  const issuer = `http://${address}:${port}`;
  const keys = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const [own, stranger] = [keys(), keys()];
  const jwk = { ...own.export({ format: "jwk" }), kid: "test", use: "sig", alg: "RS256" };
  const child = spawn(process.execPath, [path.join(__dirname, "run-oidc-provider.mjs")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.end(JSON.stringify({ address, port, issuer, clients, jwks: { keys: [jwk] } }));
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("the provider ended at once"))),
  ]);
  return {
    issuer,
    token: (claims, how = "provider") => {
      const head = base64(how === "none" ? { alg: "none", typ: "JWT" } : { alg: "RS256", typ: "at+jwt", kid: "test" });
      const text = `${head}.${base64(claims)}`;
      if (how === "none") return `${text}.`;
      const pem = (how === "provider" ? own : stranger).export({ type: "pkcs8", format: "pem" });
      return `${text}.${createSign("RSA-SHA256").update(text).sign(createPrivateKey(pem)).toString("base64url")}`;
    },
    stop: async () => {
      const ended = once(child, "exit");
      if (child.exitCode === null && child.kill()) await ended;
    },
  };
}

/** A browser without a window: cookies by host and port, redirects one by one. */
export class Browser {
  private readonly cookies = new Map<string, Map<string, string>>();

  private jar(url: URL): Map<string, string> {
    const jar = this.cookies.get(url.host) ?? new Map<string, string>();
    this.cookies.set(url.host, jar);
    return jar;
  }

  /** One request; its cookies are kept. */
  async go(url: URL, form?: Record<string, string>): Promise<Response> {
    const jar = this.jar(url);
    const response = await fetch(url, {
      redirect: "manual",
      headers: { accept: "text/html", cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Cookies that a host has set. */
  cookiesOf(host: string): string[] {
    return [...(this.cookies.get(host)?.keys() ?? [])];
  }

  /** Follows redirects to the first page that is none, or to an address for which `stop` holds. */
  async follow(start: URL, stop: (url: URL) => boolean = () => false): Promise<{ url: URL; response?: Response }> {
    let url = start;
    for (let steps = 0; steps < 20; steps++) {
      if (stop(url)) return { url };
      const response = await this.go(url);
      const location = response.headers.get("location");
      if (location === null) return { url, response };
      url = new URL(location, url);
    }
    throw new Error(`no end of redirects at ${url.href}`);
  }

  /** Signs in at the provider's pages and consents; ends where the client sends it, or at an address for which `stop` holds. */
  async signIn(start: URL, email: string, stop: (url: URL) => boolean = () => false) {
    let at = await this.follow(start, stop);
    const forms: Record<string, string>[] = [{ prompt: "login", login: email, password: "any" }, { prompt: "consent" }];
    for (const form of forms) {
      if (at.response === undefined || !at.url.pathname.startsWith("/interaction/")) return at;
      const answer = await this.go(at.url, form);
      at = await this.follow(new URL(answer.headers.get("location") ?? "", at.url), stop);
    }
    return at;
  }
}
