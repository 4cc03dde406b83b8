/** What code in Dify's sandbox reaches, and what not; a part of dify.test.ts. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import type { DifyStack, Order } from "../../support/dify-stack";
import { eventually } from "../../support/eventually";
import { startOutside, type Outside } from "../../support/outside";
import { PROJECT } from "../../support/stack";

/** Services of every other network, and where they listen. */
const ELSEWHERE = {
  "dify-postgres": 5432,
  "dify-redis": 6379,
  minio: 9000,
  "dify-api-proxy": 3128,
  "mcp-router": 8080,
  "mcp-gateway": 8811,
  traefik: 8811,
  "llm-proxy": 4000,
};

/** Orders, given all at once, that reached something; each look-up of an unknown name and each silent port takes seconds. */
async function reaching(dify: DifyStack, orders: readonly Order[]): Promise<Order[]> {
  const answers = await Promise.all(orders.map((order) => dify.order(order)));
  return orders.filter((_, index) => answers[index]?.reached);
}

/** A server on all addresses of this host, and each of these that is not loopback: networks of other tests come and go. */
async function listenOnHost(): Promise<{ listener: http.Server; urls: () => string[] }> {
  const listener = http.createServer((_, answer) => answer.end()).listen(0, "0.0.0.0");
  await new Promise((resolve) => listener.once("listening", resolve));
  const { port } = listener.address() as AddressInfo;
  const urls = (): string[] => {
    const all = Object.values(os.networkInterfaces()).flatMap((one) => one ?? []);
    const ours = all.filter(({ family, internal }) => family === "IPv4" && !internal);
    return ours.map(({ address }) => `http://${address}:${port}/`);
  };
  return { listener, urls };
}

/** Address that the host has on the stack's network `dify`. */
async function hostOnDify({ stack }: DifyStack): Promise<string> {
  const network = (await stack.docker.getNetwork(`${PROJECT}-${stack.name}-dify`).inspect()) as {
    IPAM: { Config: { Gateway: string }[] };
  };
  return network.IPAM.Config[0]?.Gateway ?? "";
}

const connectTo = (url: string): Order => {
  const { hostname, port } = new URL(url);
  return { operation: "connect", host: hostname, port: Number(port) };
};

function names(dify: () => DifyStack): void {
  it("finds no name of another network, nor its port by address", async () => {
    const orders = Object.entries(ELSEWHERE).map(async ([name, port]): Promise<Order[]> => {
      const addresses = await dify().addresses(name);
      expect([name, addresses]).toEqual([name, expect.arrayContaining([expect.stringMatching(/^\d/)])]);
      const ports = addresses.map((host): Order => ({ operation: "connect", host, port }));
      return [{ operation: "lookup", name }, ...ports];
    });
    expect(await reaching(dify(), (await Promise.all(orders)).flat())).toEqual([]);
  });

  it("looks up no name outside", async () => {
    // Control: it does know its own network.
    const own = { operation: "lookup", name: "dify-ssrf-proxy" };
    expect(await reaching(dify(), [own, { operation: "lookup", name: "deb.debian.org" }])).toEqual([own]);
  });
}

function thisHost(dify: () => DifyStack, urls: () => readonly string[]): void {
  it("reaches no listener on the host, by none of its addresses", async () => {
    const asked = urls();
    const answers = await Promise.all(asked.map((url) => fetch(url).catch(() => undefined)));
    const silent = asked.filter((url, index) => answers[index]?.status !== 200 && urls().includes(url));
    expect([asked.length > 0, silent]).toEqual([true, []]);
    expect(await reaching(dify(), asked.map(connectTo))).toEqual([]);
  });

  it("reaches no engine: no socket is in its files, and no port of the host leads to one", async () => {
    const script = "find / -xdev -type s 2>/dev/null; find / -name '*.sock' 2>/dev/null; echo searched";
    expect(await dify().inside("dify-sandbox", "sh", "-c", script)).toBe("searched");
    const hosts = [...urls().map((url) => new URL(url).hostname), await hostOnDify(dify())];
    const ports = hosts.flatMap((name) => [2375, 2376].map((port) => connectTo(`http://${name}:${port}/`)));
    expect(await reaching(dify(), ports)).toEqual([]);
  });
}

/** Declares the tests. */
export function sandboxTests(dify: () => DifyStack): void {
  let outside: Outside;
  let host: Awaited<ReturnType<typeof listenOnHost>>;
  beforeAll(async () => {
    outside = await startOutside();
    host = await listenOnHost();
  });
  afterAll(async () => {
    host.listener.close();
    await outside.remove();
  });

  names(dify);

  thisHost(dify, () => host.urls());

  it("reaches outside through the proxy alone", async () => {
    const { url, body } = outside;
    const through = dify().order({ operation: "fetch", url, throughProxy: true });
    expect(await reaching(dify(), [{ operation: "fetch", url }])).toEqual([]);
    expect(await through).toMatchObject({ status: 200, body });
  });

  it("is refused by the proxy what is private: services by name and address, MCP, and the host", async () => {
    const [minio] = await dify().addresses("minio");
    const routers = await dify().addresses("mcp-router");
    const { port } = new URL(host.urls()[0] ?? "");
    const urls = [
      ...["http://minio:9000/", `http://${minio}:9000/`, "http://127.0.0.1/", "http://dify-api-proxy:3128/"],
      ...routers.map((address) => `http://${address}:8080/mcp`),
      `http://${await hostOnDify(dify())}:${port}/`,
    ];
    const answers = urls.map(
      async (url) => (await dify().order({ operation: "fetch", url, throughProxy: true })).status,
    );
    expect(await Promise.all(answers)).toEqual(urls.map(() => 403));
    // Its proxy has no network in common with the router: the name is unknown to it.
    const named = { operation: "fetch", url: "http://mcp-router:8080/mcp", throughProxy: true };
    await eventually(async () => expect(await dify().order(named)).toMatchObject({ status: 503 }));
  });
}
