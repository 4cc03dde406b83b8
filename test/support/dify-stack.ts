/** What tests of the Dify bundle ask of their stack. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { eventually } from "./eventually";
import { request, type HttpRequest } from "./http";
import { isCatalogServer, PROJECT, type TestStack, idsByService } from "./stack";

/** What a stand-in answers: what arrived. */
export interface Echo {
  readonly standIn: boolean;
  readonly service: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly failed?: object;
  readonly bodyBytes?: number;
}

/** What the stand-in of the sandbox is told to try. */
export interface Order {
  readonly operation: string;
  readonly [detail: string]: unknown;
}

export class DifyStack {
  constructor(readonly stack: TestStack) {}

  /** Host and port by which browsers ask for Dify. */
  get host(): string {
    return `dify.localhost:${this.stack.port}`;
  }

  secret(name: string, file = "value"): string {
    return fs.readFileSync(path.join(this.stack.dataDir, "secrets", name, file), "utf8");
  }

  /** Ids of the stack's containers, by service. */
  ids(): Promise<Record<string, string>> {
    return idsByService(this.stack);
  }

  /** Services that have a container, without catalog servers. */
  async names(): Promise<string[]> {
    return Object.keys(await this.ids())
      .filter((name) => !isCatalogServer(name))
      .sort();
  }

  /** Standard output of a program in a service's container. */
  async inside(service: string, ...args: string[]): Promise<string> {
    const container = `${PROJECT}-${this.stack.name}-${service}`;
    return (await promisify(execFile)("docker", ["exec", container, ...args])).stdout.trim();
  }

  sql(text: string): Promise<string> {
    const socket = ["-h", "/var/run/postgresql", "-U", "postgres", "-d", "dify"];
    return this.inside("dify-postgres", "psql", ...socket, "-Atc", text);
  }

  redis(...args: string[]): Promise<string> {
    const password = 'REDISCLI_AUTH="$(cat /run/secrets/dify-redis-password/value)"';
    return this.inside("dify-redis", "sh", "-c", `${password} redis-cli ${args.join(" ")}`);
  }

  /** Output of a script of MinIO's client, as Dify's user at the alias `s`. */
  bucket(script: string): Promise<string> {
    const host = `MC_HOST_s=http://dify:${this.secret("minio-dify-password")}@127.0.0.1:9000`;
    return this.inside("minio", "sh", "-c", `export ${host}; ${script}`);
  }

  /** Asks through the ingress. @throws Error unless a stand-in answers 200. */
  async ask(route: string, { headers, ...more }: HttpRequest = {}): Promise<Echo> {
    const answer = await request(this.stack.port, route, { ...more, headers: { host: this.host, ...headers } });
    if (answer.status !== 200) throw new Error(`${route} answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as Echo;
  }

  /** All that Dify's API is given is right; asked again, since each of its checks gives up after three seconds. */
  async works(): Promise<void> {
    const right = { standIn: true, service: "dify-api", failed: {} };
    await eventually(async () => expect(await this.ask("/v1/checks")).toMatchObject(right));
  }

  /** Output of a service's container, all of it. */
  async log(service: string): Promise<string> {
    const container = this.stack.docker.getContainer((await this.ids())[service] ?? "");
    return (await container.logs({ stdout: true, stderr: true })).toString();
  }

  /** What the sandbox finds when it is told to reach something. */
  async order(what: Order): Promise<{ reached: boolean; status?: number; body?: string }> {
    const key = `X-Api-Key: ${this.secret("dify-sandbox-key")}`;
    const url = "http://127.0.0.1:8194/v1/sandbox/run";
    const answer = await this.inside("dify-sandbox", "curl", "-s", "-H", key, "-d", JSON.stringify(what), url);
    return (JSON.parse(answer) as { data: { reached: boolean } }).data;
  }

  /** Follows a service's log from here to the end of its container; the promise is of the whole log. */
  followLog(service: string): Promise<string> {
    const container = `${PROJECT}-${this.stack.name}-${service}`;
    return promisify(execFile)("docker", ["logs", "--follow", container]).then(({ stdout, stderr }) => stdout + stderr);
  }

  /** Addresses of a service, on all of its networks. */
  async addresses(service: string): Promise<string[]> {
    const { NetworkSettings } = await this.stack.docker.getContainer((await this.ids())[service] ?? "").inspect();
    return Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  }
}
