import { modelBytes, randomNumbers } from "../../support/bad-server";
import { ModelFetch, sha256 } from "../../support/model-fetch";

let model: ModelFetch;
beforeEach(async () => (model = await ModelFetch.start()));
afterEach(() => model.close());

/** An earlier run that got this far: the server cuts and asks to be left alone for too long. */
async function stopAt(bytes: number, plan = model.plan()): Promise<void> {
  model.server.behave = (_, number) =>
    number === 0 ? { cutAt: bytes } : { status: 503, headers: { "retry-after": "9999" } };
  await model.fault(plan);
  expect(model.found()).toBeUndefined();
  model.server.behave = () => ({});
  model.server.asked.length = 0;
  model.said = "";
}

describe("a connection that is cut", () => {
  it.each(Array.from({ length: 12 }, (_, seed) => [seed]))(
    "at random places (seed %i) is gone on with, and no byte is sent twice",
    async (seed) => {
      const random = randomNumbers(seed);
      model.server.behave = () => ({ cutAt: Math.floor(random() * 120_000) });
      const { status } = await model.fetch();
      expect(status).toBe("fetched");
      expect(model.found()).toBe(model.right);
      expect(model.server.sent).toBe(model.body.length);
      expect(model.left()).toEqual(["model.gguf.json"]);
    },
  );

  it("is gone on with by the next run, also without a checksum as long as the ETag is the same", async () => {
    await stopAt(100_000, model.unknown());
    const { sha256: found } = await model.fetch(model.unknown());
    expect(found).toBe(model.right);
    expect(model.found()).toBe(model.right);
    expect(model.server.ranges()).toEqual(["bytes=100000-"]);
  });

  it("is given up after attempts that bring nothing, saying what is kept", async () => {
    await stopAt(100_000);
    model.server.behave = () => ({ cutAt: 0 });
    const reason = "other side closed; given up after 6 attempts";
    const kept = "run again, which continues after the 100 kB that are here";
    expect(await model.fault()).toBe(`${model.server.url()}: ${reason}: ${kept}`);
    expect(model.server.ranges()).toEqual(Array(6).fill("bytes=100000-"));
    model.server.behave = () => ({});
    expect((await model.fetch()).status).toBe("fetched");
  });

  it("counts attempts anew whenever one gets further", async () => {
    model.server.behave = () => ({ cutAt: 20_000 });
    expect((await model.fetch()).status).toBe("fetched");
    expect(model.server.asked.length).toBe(15);
  });
});

describe("a server", () => {
  it("without ranges sends the file anew", async () => {
    await stopAt(100_000);
    model.server.behave = () => ({ ranges: false });
    await model.fetch();
    expect(model.found()).toBe(model.right);
    expect(model.server.ranges()).toEqual(["bytes=100000-"]);
  });

  it("without ranges that cuts every time is given up", async () => {
    model.server.behave = () => ({ ranges: false, cutAt: 100_000 });
    expect(await model.fault()).toMatch(/given up after 6 attempts: run again, which continues after the 100 kB/);
    expect(model.found()).toBeUndefined();
  });

  it("whose file has changed sends it anew", async () => {
    const old = model.unknown();
    await stopAt(100_000, old);
    const changed = modelBytes(200_000, 2);
    model.server.behave = () => ({ body: changed });
    const { bytes } = await model.fetch(old);
    expect(bytes).toBe(200_000);
    expect(model.found()).toBe(sha256(changed));
    expect(model.server.ranges()).toEqual(["bytes=100000-"]);
  });

  it("that sends a part of another file, in spite of If-Range, is asked for the whole", async () => {
    await stopAt(100_000, model.unknown());
    const changed = modelBytes(200_000, 2);
    model.server.behave = ({ headers }) => {
      delete headers["if-range"];
      return { body: changed };
    };
    await model.fetch(model.unknown());
    expect(model.found()).toBe(sha256(changed));
    expect(model.server.ranges()).toEqual(["bytes=100000-", ""]);
    expect(model.said).toContain(`${model.server.url()}: the file has changed at its source; next attempt in 1 s\n`);
  });

  it("that sends another part than the wanted one is asked for the whole", async () => {
    await stopAt(100_000);
    model.server.behave = (_, number) =>
      number === 0 ? { status: 206, ranges: false, headers: { "content-range": `bytes 0-299999/300000` } } : {};
    await model.fetch();
    expect(model.found()).toBe(model.right);
    expect(model.server.ranges()).toEqual(["bytes=100000-", ""]);
  });

  it("without anything that tells contents apart is asked for the rest only when a checksum can", async () => {
    const anonymous = { headers: { etag: null } };
    model.server.behave = (_, number) => (number === 0 ? { ...anonymous, cutAt: 100_000 } : anonymous);
    await model.fetch();
    expect(model.server.ranges()).toEqual(["", "bytes=100000-"]);

    model.server.asked.length = 0;
    const url = model.server.url("/other.gguf");
    await model.fetch(model.unknown({ url }));
    expect(model.server.ranges()).toEqual(["", ""]);
    expect(model.found()).toBe(model.right);
  });

  it("with a weak ETag is asked by date", async () => {
    const headers = { etag: 'W/"1"', "last-modified": "Tue, 24 Nov 2026 10:00:00 GMT" };
    model.server.behave = (_, number) => (number === 0 ? { headers, cutAt: 100_000 } : { headers });
    await model.fetch(model.unknown());
    expect(model.server.asked[1]?.headers["if-range"]).toBe("Tue, 24 Nov 2026 10:00:00 GMT");
    expect(model.found()).toBe(model.right);
  });
});

describe("parts of an earlier run", () => {
  it("that do not make the file are thrown away, and it is fetched anew", async () => {
    const anonymous = { headers: { etag: null } };
    model.server.behave = (_, number) =>
      number === 0
        ? { ...anonymous, body: modelBytes(300_000, 7), cutAt: 100_000 }
        : { ...anonymous, status: number === 1 ? 500 : undefined };
    await model.fetch();
    expect(model.found()).toBe(model.right);
    expect(model.server.ranges()).toEqual(["", "bytes=100000-", "bytes=100000-", ""]);
    expect(model.said).toContain("the parts that arrived do not make the expected file; it is fetched anew\n");
  });

  it("that are all of it need no request", async () => {
    model.leavePart(model.body);
    expect((await model.fetch()).transfer.bytes).toBe(0);
    expect(model.found()).toBe(model.right);
    expect(model.server.asked).toEqual([]);
  });

  it("that are all of it, when its size is not known, need no byte", async () => {
    const plan = model.plan({ bytes: undefined });
    model.leavePart(model.body, plan);
    await model.fetch(plan);
    expect(model.found()).toBe(model.right);
    expect(model.server.ranges()).toEqual(["bytes=300000-"]);
    expect(model.server.sent).toBe(0);
  });

  it("of another source are not taken, and go when the file is there", async () => {
    await stopAt(100_000, model.plan({ url: model.server.url("/mirror.gguf") }));
    expect(model.left()).toEqual(["model.gguf.KEY.partial", "model.gguf.KEY.partial.json"]);
    await model.fetch();
    expect(model.server.ranges()).toEqual([""]);
    expect(model.left()).toEqual(["model.gguf.json"]);
  });

  it.each([[300_000], [undefined]])("that are longer than the file (of %p bytes) are thrown away", async (bytes) => {
    const plan = model.plan({ bytes });
    model.leavePart(modelBytes(400_000), plan);
    await model.fetch(plan);
    expect(model.found()).toBe(model.right);
    expect(model.server.ranges().at(-1)).toBe("");
  });
});
