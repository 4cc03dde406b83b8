/** Pulls against an engine that is made up: it answers slowly, wrongly or not at all, as it is told. */
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { fetchImages } from "../../commands/fetch-images";
import { connect } from "../../engines/images/engine";

const DIGEST = `sha256:${"a".repeat(64)}`;
const wanted = (...names: string[]): { name: string; reference: string }[] =>
  names.map((name) => ({ name, reference: `registry.test/${name}@${DIGEST}` }));

/** An engine that has `present`; `pull` answers a pull of a name. */
async function engine(present: readonly string[], pull: (name: string, answer: http.ServerResponse) => void) {
  const server = http.createServer(({ method, url = "" }, answer) => {
    const { pathname, searchParams } = new URL(url, "http://engine");
    const name = (method === "POST" ? searchParams.get("fromImage") : decodeURIComponent(pathname))
      ?.replace(/^.*registry\.test\//, "")
      .replace(/@.*/, "");
    if (method === "POST") return pull(name ?? "", answer);
    answer.writeHead(present.includes(name ?? "") ? 200 : 404, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const log: string[] = [];
  const docker = connect(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const fetch = (...names: string[]): Promise<void> =>
    fetchImages({ imageSource: "pull" }, docker, wanted(...names), { write: (text: string) => log.push(text) });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { fetch, log, close };
}

const faultOf = (pulls: Promise<void>): Promise<string> =>
  pulls.then(
    () => "no fault",
    (error: Error) => error.message,
  );

const line = (message: object): string => `${JSON.stringify(message)}\n`;

describe("images that are pulled", () => {
  let closing: (() => Promise<void>) | undefined;
  afterEach(() => closing?.());
  const start = async (...args: Parameters<typeof engine>): ReturnType<typeof engine> => {
    const made = await engine(...args);
    closing = made.close;
    return made;
  };

  it("are those that the engine does not have, each with a line that says which of how many", async () => {
    const pulled: string[] = [];
    const { fetch, log } = await start(["time"], (name, answer) => {
      pulled.push(name);
      answer.end(line({ status: "Download complete", id: "0123" }));
    });
    await fetch("time", "git", "fetch");
    expect(pulled.sort()).toEqual(["fetch", "git"]);
    expect(log.map((text) => text.replace(/(?<=\] )(git|fetch)/, "NAME").replace(/\d+ s/, "N s"))).toEqual([
      "images: pulling 2 N s\n",
      "[1/2] NAME: pulled in N s\n",
      "[2/2] NAME: pulled in N s\n",
      "images: pulled 2 in N s\n",
    ]);
  });

  it("are nothing to talk about when all are there", async () => {
    const { fetch, log } = await start(["time", "git"], () => undefined);
    await fetch("time", "git");
    expect(log).toEqual([]);
  });

  it("come three at a time", async () => {
    const waiting: http.ServerResponse[] = [];
    const counts: number[] = [];
    const goOn = (): void =>
      waiting.splice(0).forEach((answer) => answer.end(line({ status: "Pull complete", id: "0" })));
    const { fetch } = await start([], (_name, answer) => {
      counts.push(waiting.push(answer));
      // Time for a fourth one, if there were one.
      if (counts.length === 3) setTimeout(goOn, 200);
      if (counts.length > 3) goOn();
    });
    await fetch("a", "b", "c", "d", "e");
    expect(counts.slice(0, 3)).toEqual([1, 2, 3]);
    expect(Math.max(...counts)).toBe(3);
    expect(counts).toHaveLength(5);
  });

  it("are given up when one fails, and the engine is told so", async () => {
    const ends: Promise<unknown>[] = [];
    const asked: string[] = [];
    const { fetch, log } = await start([], (name, answer) => {
      asked.push(name);
      if (name === "c") return void answer.end(line({ error: "manifest unknown: manifest unknown" }));
      answer.write(line({ status: "Downloading", id: name, progressDetail: { current: 1, total: 2 } }));
      ends.push(once(answer, "close"));
    });
    expect(await faultOf(fetch("a", "b", "c", "d"))).toBe(
      `image "c" (registry.test/c@${DIGEST}) could not be pulled: manifest unknown: manifest unknown\n` +
        `The registry does not have it. Set a digest that it has: pulumi config set --path 'imageDigests["c"]' sha256:…\n` +
        "or another mirror: imageRegistry",
    );
    await Promise.all(ends);
    expect(asked.sort()).toEqual(["a", "b", "c"]);
    expect(log.at(-1)).toMatch(/^images: failed after \d+ s\n$/);
  });

  it("say what can be done when their registry cannot be reached", async () => {
    const refused = 'Get "https://registry.test/v2/": dial tcp 127.0.0.1:443: connect: connection refused';
    const { fetch } = await start([], (_name, answer) => {
      answer.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify({ message: refused }));
    });
    expect(await faultOf(fetch("a"))).toBe(
      `image "a" (registry.test/a@${DIGEST}) could not be pulled: ${refused}\n` +
        "Try again. Behind a mirror set imageRegistry; where a registry asks for a login, docker pull it by hand first; " +
        "without any registry: pulumi config set imageSource build",
    );
  });
});
