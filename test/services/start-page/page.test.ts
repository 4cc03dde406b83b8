import { PAGE_FILES, pagePath } from "../../../services/nginx-page";
import { Html, html } from "../../../services/start-page/html";
import type { PageData } from "../../../services/start-page/model";
import { startPage } from "../../../services/start-page/page";
import { planStack } from "../../../stack";
import { startPageData } from "../../../start-page";
import { configOf } from "../../support/config";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

function dataOf(set: Record<string, string> = {}): PageData {
  const config = configOf(set);
  const { plan, faults } = planStack(config, undefined, (name) => `example.org/${name}@${DIGEST}`);
  if (plan === undefined) throw new Error(faults.join("\n"));
  return startPageData(config, plan);
}

const CORE = dataOf({ servers: "time" });
const FULL = dataOf({ servers: "time", bundles: "full" });

describe("a template", () => {
  it("escapes what it is given, in text and in attributes, and leaves what is HTML", () => {
    const value = `<script>"it's"</script>&`;
    const escaped = "&lt;script&gt;&quot;it&#39;s&quot;&lt;/script&gt;&amp;";
    expect(html`<a title="${value}">${value}${[new Html("<b>"), html`<i>${"<"}</i>`]}${undefined}${1}</a>`.text).toBe(
      `<a title="${escaped}">${escaped}<b>\n<i>&lt;</i>1</a>`,
    );
  });
});

describe("what the page says", () => {
  it("are the services of the plan, each in its part", () => {
    expect(CORE.services.map(({ name, part }) => [name, part])).toEqual([
      ["traefik", "core"],
      ["mcp-router", "core"],
      ["mcp-gateway", "core"],
      ["mcp-nixos-http", "core"],
      ["mcp-time", "core"],
    ]);
    const parts = (part: string): number => FULL.services.filter((service) => service.part === part).length;
    expect([parts("core"), parts("ai"), parts("dify")]).toEqual([5, 4, 12]);
    expect(FULL.services.filter(({ purpose }) => purpose === "")).toEqual([]);
  });

  it("states where each state is from", () => {
    const sources = Object.fromEntries(FULL.services.map(({ name, health }) => [name, health]));
    expect(sources).toMatchObject({
      traefik: { path: "/healthz/traefik", source: "answers for itself" },
      "mcp-router": { path: "/healthz/mcp-router", through: "traefik", source: "answers for itself" },
      "llama-cpp": {
        path: "/healthz/llama-cpp",
        through: "llm-proxy",
        source: "llm-proxy asks http://llama-cpp:8080/health; has to answer 2xx",
      },
      "dify-postgres": {
        path: "/healthz/dify-postgres",
        through: "dify-api",
        source: "dify asks http://dify-api:5001/console/api/setup, which has to read dify-postgres; has to answer 2xx",
      },
      "dify-worker": {
        source: "no light: it takes its work from a queue and listens nowhere; npm run mcp-status knows",
      },
    });
    expect(sources["dify-worker"]?.path).toBeUndefined();
  });

  it("links the pages for people, and lists the addresses for programs", () => {
    const urls = (links: PageData["pages"]): string[] => links.map(({ url }) => url);
    expect([urls(CORE.pages), urls(CORE.endpoints), CORE.off]).toEqual([
      [],
      ["http://127.0.0.1:8811/mcp", "http://127.0.0.1:8811/mcp/nixos"],
      ["ai", "dify"],
    ]);
    expect([urls(FULL.pages), urls(FULL.endpoints).slice(2), FULL.off]).toEqual([
      ["http://webui.localhost:8811", "http://dify.localhost:8811"],
      ["http://127.0.0.1:8811/llm/v1"],
      [],
    ]);
  });

  it("has each image once, pinned, with what uses it", () => {
    const api = FULL.images.filter(({ name }) => name === "dify-api");
    expect(api.map(({ usedBy, reference }) => [usedBy, reference])).toEqual([
      [["dify-api", "dify-worker", "dify-worker-beat"], `example.org/dify-api@${DIGEST}`],
    ]);
    expect(CORE.images.find(({ name }) => name === "mcp-time")?.usedBy).toEqual(["mcp-time"]);
    const socket = dataOf({ servers: "time", gatewayMode: "socket" });
    expect(socket.images.find(({ name }) => name === "mcp-time")?.usedBy).toEqual(["server time"]);
    expect(CORE.images.find(({ name }) => name === "traefik")?.version).toMatch(/^v3\./);
    expect(dataOf({ imageDigests: JSON.stringify({ traefik: DIGEST }) }).images[0]?.version).toBeUndefined();
    expect(dataOf({ imageSource: "build" }).images[0]?.version).toMatch(/^3\./);
  });
});

describe("the document", () => {
  const text = startPage(FULL);

  it("shows every service, image, client and address", () => {
    for (const { name } of [...FULL.services, ...FULL.images, ...FULL.clients]) expect(text).toContain(`>${name}<`);
    for (const { url } of [...FULL.pages, ...FULL.endpoints]) expect(text).toContain(url);
  });

  it("asks for its own files only, and has nothing inline that its policy would refuse", () => {
    const asked = [...text.matchAll(/<(?:img|script|link)\b[^>]*?(?:src|href)="([^"]*)"/g)].map((found) => found[1]);
    const own = Object.keys(PAGE_FILES).map((file) => pagePath(file as keyof typeof PAGE_FILES));
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !own.includes(url ?? ""))).toEqual([]);
    expect(text).not.toMatch(/<style|style="|\son\w+="|<script(?![^>]*src=)|javascript:/i);
  });

  it("keeps text as text", () => {
    const evil = `"><img src=x onerror=alert(1)>`;
    const service = { ...FULL.services[0]!, name: evil, purpose: evil };
    const odd = { ...FULL, stack: evil, servers: [evil], services: [service] };
    expect(startPage(odd)).not.toContain("<img src=x");
  });

  it("has ids that are there once, and labels that lead to one", () => {
    const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map((found) => found[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const named = [...text.matchAll(/\s(?:aria-labelledby|data-copy)="([^"]*)"/g)].map((found) => found[1]);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("holds each configuration whole", () => {
    const found = [...text.matchAll(/<code id="config-[\w-]+"[^>]*>([^<]*)<\/code>/g)].map((one) =>
      (one[1] ?? "").replaceAll("&quot;", '"'),
    );
    expect(found).toEqual(FULL.clients.map((client) => client.text));
  });
});
