import { writeFileSync } from "node:fs";
import path from "node:path";
import { modelBytes, type Behaviour } from "../../support/bad-server";
import { freePort } from "../../support/free-port";
import { ModelFetch, sha256 } from "../../support/model-fetch";

let model: ModelFetch;
beforeEach(async () => (model = await ModelFetch.start()));
afterEach(async () => {
  try {
    // Whatever was wrong: nothing wrong is at the target, and a plain second run heals it.
    expect([undefined, model.right]).toContain(model.found());
    model.server.behave = () => ({});
    await model.fetch();
    expect(model.found()).toBe(model.right);
    expect(model.left()).toEqual(["model.gguf.json"]);
  } finally {
    await model.close();
  }
});

const url = (): string => model.server.url();
const ANOTHER = "choose another model (llamaCppModel) or correct llamaCppModelUrl";

describe("a download that no further attempt can help", () => {
  const html = Buffer.from("<!DOCTYPE html><title>Sign in</title>");
  const other = modelBytes(300_000, 2);
  const length = (bytes: number) => ({ "content-length": String(bytes) });
  it.each<[string, Behaviour, () => string]>([
    ["404", { status: 404 }, () => `there is no such file (404); ${ANOTHER}`],
    ["410", { status: 410 }, () => `there is no such file (410); ${ANOTHER}`],
    ["400", { status: 400 }, () => `answers 400, expected 200 or 206; ${ANOTHER}`],
    ["401", { status: 401 }, () => `refused (401); ${ANOTHER}`],
    [
      "a web page",
      { body: html, headers: { "content-type": "text/html; charset=utf-8" } },
      () =>
        "is a web page (text/html; charset=utf-8), expected a GGUF file; set llamaCppModelUrl to the file itself (on " +
        "huggingface.co /resolve/ in place of /blob/), and look at the page: it may ask for a sign-in",
    ],
    [
      "a web page that is called a model, and as long as it",
      { body: Buffer.concat([html, other]).subarray(0, 300_000) },
      () => `begins with "<!DOCTYPE html><", expected "GGUF" of a GGUF file; ${ANOTHER}`,
    ],
    [
      "a model of another format",
      { body: modelBytes(300_000, 1, "lmgg\0\0\0\0\0\0\0\0\0\0\0\0") },
      () => `begins with ${JSON.stringify("lmgg" + "\0".repeat(12))}, expected "GGUF" of a GGUF file; ${ANOTHER}`,
    ],
    [
      "a compressed file",
      { headers: { "content-encoding": "gzip" } },
      () => `is sent in content encoding gzip, expected the plain file; ${ANOTHER}`,
    ],
    [
      "a file that is announced as too long",
      { headers: length(300_001) },
      () => `has 300001 bytes, expected 300000: it is not the file that was chosen; ${ANOTHER}`,
    ],
    [
      "a file that is announced as too short",
      { headers: length(299_999) },
      () => `has 299999 bytes, expected 300000: it is not the file that was chosen; ${ANOTHER}`,
    ],
    [
      "a file that is longer than it should be, which only shows at its end",
      { body: modelBytes(300_001), chunked: true },
      () => `sends more than the expected 300000 bytes: it is not the file that was chosen; ${ANOTHER}`,
    ],
    [
      "a file that is shorter than it should be, which only shows at its end",
      { body: modelBytes(299_999), chunked: true },
      () => `has 299999 bytes, expected 300000: it is not the file that was chosen; ${ANOTHER}`,
    ],
    [
      "a wrong checksum",
      { body: other },
      () =>
        `has SHA-256 ${sha256(other)}, expected ${model.right}; nothing was put at ${model.target}. Run again; if it ` +
        `stays so, the file was changed at its source: ${ANOTHER}`,
    ],
  ])("ends with what was expected and what to do: %s", async (_, behaviour, message) => {
    model.server.behave = () => behaviour;
    expect(await model.fault()).toBe(`${url()}: ${message()}`);
    expect(model.found()).toBeUndefined();
  });

  it("is given up at its first bytes, if they are no model's", async () => {
    model.server.behave = () => ({ body: Buffer.from(other).fill("x", 0, 4), stallAt: 1_000 });
    expect(await model.fault()).toMatch(/: begins with "xxxx.*", expected "GGUF" of a GGUF file; /);
  });

  it("keeps nothing of what is no model", async () => {
    model.server.behave = () => ({ body: html });
    await model.fault(model.unknown());
    expect(model.left()).toEqual([]);
  });

  it("ends for an empty file of unknown size", async () => {
    model.server.behave = () => ({ body: Buffer.alloc(0) });
    expect(await model.fault(model.unknown())).toBe(
      `${url()}: begins with "", expected "GGUF" of a GGUF file; ${ANOTHER}`,
    );
  });

  it("ends for a file of unknown size and content that ends with the connection", async () => {
    model.server.behave = () => ({ unframed: true });
    expect(await model.fault(model.unknown())).toBe(
      `${url()}: does not tell its size, so a cut file would go unnoticed; set llamaCppModelSha256, or another URL`,
    );
  });
});

describe("a file of unknown size", () => {
  it.each<Behaviour>([{ unframed: true }, { chunked: true }])("is fetched if there is a checksum (%p)", async (how) => {
    model.server.behave = () => how;
    expect((await model.fetch(model.plan({ bytes: undefined }))).status).toBe("fetched");
  });
});

describe("a gated model", () => {
  const token = () => ({ file: path.join(model.directory, ".env"), name: "HF_TOKEN" });

  it.each([401, 403])("says how to give a token (%i)", async (status) => {
    model.server.behave = () => ({ status });
    const { file } = token();
    expect(await model.fault(model.plan({ token: token() }))).toBe(
      `${url()}: refused (${status}); if the model needs an account, accept its terms on its page and put ` +
        `HF_TOKEN=YOUR_TOKEN into ${file}`,
    );
  });

  it("says that a token was not enough, and never the token", async () => {
    model.server.behave = () => ({ status: 403 });
    writeFileSync(token().file, "OTHER=1\nHF_TOKEN=hf_secret\n");
    const message = await model.fault(model.plan({ token: token() }));
    expect(message).toBe(
      `${url()}: refused (403) although HF_TOKEN of ${token().file} was sent; accept the model's terms on its page, or ` +
        "renew the token",
    );
    expect(model.said).not.toContain("hf_secret");
  });
});

describe("a server that is busy", () => {
  it.each([429, 500, 502, 503, 504, 408])("is asked again (%i)", async (status) => {
    model.server.behave = (_, number) => (number < 2 ? { status } : {});
    expect((await model.fetch()).status).toBe("fetched");
    expect(model.said).toContain(`${url()}: ${model.server.host} answers ${status}; next attempt in 1 s\n`);
    expect(model.server.asked.length).toBe(3);
  });

  it.each<[number, string, () => string]>([
    [429, "3600", () => "3600"],
    [503, "in an hour, as a date", () => new Date(Date.now() + 3600_000).toUTCString()],
  ])("that asks to be left alone for long is left alone (%i, %s)", async (status, _, value) => {
    model.server.behave = () => ({ status, headers: { "retry-after": value() } });
    const left = /^.*: (.*) answers (\d+) and asks to be left alone for (3600|3599) s: run again after that$/;
    expect(left.exec(await model.fault())?.slice(1, 3)).toEqual([model.server.host, String(status)]);
    expect(model.server.asked.length).toBe(1);
  });

  it.each([429, 503])("gets the time that it asks for (%i)", async (status) => {
    model.server.behave = (_, number) => (number === 0 ? { status, headers: { "retry-after": "2" } } : {});
    expect((await model.fetch()).status).toBe("fetched");
    expect(model.said).toContain(`${url()}: ${model.server.host} answers ${status}; next attempt in 2 s\n`);
  });

  it("is given up after six attempts", async () => {
    model.server.behave = () => ({ status: 503 });
    const reason = `${model.server.host} answers 503; given up after 6 attempts: run again`;
    expect(await model.fault()).toBe(`${url()}: ${reason}`);
  });
});

describe("a truncated file", () => {
  it("whose announced size is right is gone on with", async () => {
    model.server.behave = (_, number) => (number === 0 ? { cutAt: 200_000 } : {});
    await model.fetch();
    expect(model.server.ranges()).toEqual(["", "bytes=200000-"]);
  });

  it("that ends as if it were whole is gone on with", async () => {
    const headers = { etag: '"same"' };
    const short = { headers, body: model.body.subarray(0, 200_000), chunked: true };
    model.server.behave = (_, number) => (number === 0 ? short : { headers });
    await model.fetch();
    expect(model.said).toContain(`${url()}: the answer ended at 200000 of 300000 bytes; next attempt in 1 s\n`);
    expect(model.server.ranges()).toEqual(["", "bytes=200000-"]);
  });

  it("of unknown size and content is never taken for whole", async () => {
    model.server.behave = () => ({ chunked: true, ranges: false, cutAt: 200_000 });
    expect(await model.fault(model.unknown())).toMatch(/given up after 6 attempts/);
    expect(model.found()).toBeUndefined();
  });
});

describe("a disk", () => {
  const full = (free: string): string =>
    `${path.dirname(model.target)}: ${free} are free, but the rest of ${url()} takes 300 kB, and 67 MB are to stay free; ` +
    "free space, set dataDir to another disk, or choose a smaller model (llamaCppModel)";

  it("that cannot take the file is found out before anything is asked for", async () => {
    expect(await model.fault(model.plan(), { freeBytes: () => 64 * 2 ** 20 + 299_999 })).toBe(full("67 MB"));
    expect(model.server.asked).toEqual([]);
  });

  it("that cannot take a file of unknown size is found out before anything is written", async () => {
    expect(await model.fault(model.unknown(), { freeBytes: () => 1_000 })).toBe(full("1.0 kB"));
  });

  it("has to take only what is missing", async () => {
    model.leavePart(model.body.subarray(0, 200_000));
    await model.fetch(model.plan(), { freeBytes: () => 64 * 2 ** 20 + 100_000 });
    expect(model.found()).toBe(model.right);
  });
});

describe("a server that nobody runs", () => {
  it("is named with the reason", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/model.gguf`;
    expect(await model.fault(model.plan({ url }))).toBe(
      `${url}: connect ECONNREFUSED 127.0.0.1:${port}; given up after 6 attempts: run again`,
    );
  });

  it("is named with the reason for every address of its host", async () => {
    const port = await freePort();
    const url = `http://localhost:${port}/model.gguf`;
    expect(await model.fault(model.plan({ url }))).toMatch(/: (connect ECONNREFUSED \S+:\d+(, )?)+; given up after 6/);
  });
});
