import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { modelGeneration } from "../../../engines/models/record";
import { modelBytes } from "../../support/bad-server";
import { ModelFetch, sha256 } from "../../support/model-fetch";

let model: ModelFetch;
beforeEach(async () => (model = await ModelFetch.start()));
afterEach(() => model.close());

/** Puts a file to the target by hand. */
function place(body: Buffer): void {
  mkdirSync(path.dirname(model.target), { recursive: true });
  writeFileSync(model.target, body);
}
const aside = (): string => path.join(path.dirname(model.target), ".download", "model.gguf.unexpected");
const other = modelBytes(300_000, 2);

describe("a model that is not there", () => {
  it("is fetched with one request, and every user can read it", async () => {
    const { transfer, ...outcome } = await model.fetch();
    expect(outcome).toEqual({ status: "fetched", sha256: model.right, bytes: 300_000 });
    expect(transfer.bytes).toBe(300_000);
    expect(model.found()).toBe(model.right);
    expect((statSync(model.target).mode & 0o777).toString(8)).toBe("644");
    expect(model.server.ranges()).toEqual([""]);
    expect(model.server.asked[0]?.headers).toEqual({
      host: model.server.host,
      connection: "keep-alive",
      "user-agent": "mcp-gateway-stack",
      "accept-encoding": "identity",
    });
    const lines = [`asking ${model.server.host}, \\d+ s`, "300 kB arrived after \\d+ s"];
    expect(model.said).toMatch(new RegExp(`^${lines.map((line) => `model model.gguf: ${line}\n`).join("")}$`));
  });

  it("is fetched without a checksum, and the message says how to insist on what came", async () => {
    expect((await model.fetch(model.unknown())).sha256).toBe(model.right);
    expect(model.said).toMatch(
      new RegExp(
        `\\nwarning: ${model.server.url()} has no checksum to be held against. What lies there has SHA-256 ${model.right}; ` +
          `to insist on it: pulumi config set llamaCppModelSha256 ${model.right}\\n$`,
      ),
    );
  });

  it("of the other format is told by its own beginning", async () => {
    const body = modelBytes(1_000, 1, "lmgg");
    model.server.body = body;
    await model.fetch(model.unknown({ format: "ggml" }));
    expect(model.found()).toBe(sha256(body));
  });
});

describe("a model that is there", () => {
  it("is not asked for", async () => {
    place(model.body);
    const { transfer, ...outcome } = await model.fetch();
    expect(outcome).toEqual({ status: "present", sha256: model.right, bytes: 300_000 });
    expect(transfer.bytes).toBe(0);
    expect(model.server.asked).toEqual([]);
    expect(model.said).toMatch(
      /^model model.gguf: checking the file that is there, \d+ s\n.*: 300 kB checked in \d+ s\n$/,
    );
  });

  it("is not read again when it was verified, or fetched, before", async () => {
    await model.fetch();
    model.said = "";
    expect((await model.fetch()).status).toBe("present");
    expect(model.said).toBe("");
    expect(model.server.asked.length).toBe(1);
  });

  it("is read again when its time of change differs", async () => {
    await model.fetch();
    utimesSync(model.target, 1, 1);
    model.said = "";
    expect((await model.fetch()).status).toBe("present");
    expect(model.said).toContain("300 kB checked in");
  });

  it("may be a link to where it lies", async () => {
    const elsewhere = path.join(model.directory, "elsewhere.gguf");
    writeFileSync(elsewhere, model.body);
    mkdirSync(path.dirname(model.target));
    symlinkSync(elsewhere, model.target);
    expect((await model.fetch()).status).toBe("present");
  });

  it("without a checksum is taken if it begins as a model, with the same warning", async () => {
    place(other);
    expect((await model.fetch(model.unknown())).sha256).toBe(sha256(other));
    expect(model.said).toContain(`pulumi config set llamaCppModelSha256 ${sha256(other)}\n`);
    expect(model.server.asked).toEqual([]);
  });

  it("is fetched again without a checksum when it has changed since it was fetched", async () => {
    await model.fetch(model.unknown());
    place(other);
    await model.fetch(model.unknown());
    expect(model.found()).toBe(model.right);
  });

  it("is fetched again without a checksum when its URL is another one", async () => {
    await model.fetch(model.unknown());
    model.server.body = other;
    await model.fetch(model.unknown({ url: model.server.url("/v2/model.gguf") }));
    expect(model.found()).toBe(sha256(other));
  });
});

describe("a wrong file at the place of the model", () => {
  it.each<[string, Buffer]>([
    ["of the same size", other],
    ["cut off", modelBytes(300_000).subarray(0, 1_000)],
    ["empty", Buffer.alloc(0)],
  ])("(%s) is moved aside before anything is fetched", async (_, body) => {
    place(body);
    model.server.behave = () => ({ status: 404 });
    await model.fault();
    expect(model.found()).toBeUndefined();
    expect(sha256(readFileSync(aside()))).toBe(sha256(body));
    expect(model.said).toContain(
      `${model.target}: has SHA-256 ${sha256(body)}, expected ${model.right}; it is moved to ${aside()} and fetched again\n`,
    );
    model.server.behave = () => ({});
    expect((await model.fetch()).status).toBe("fetched");
    expect(model.found()).toBe(model.right);
  });

  it("that is no model is moved aside without a checksum too", async () => {
    place(Buffer.from("<!DOCTYPE html>"));
    await model.fetch(model.unknown());
    expect(model.found()).toBe(model.right);
    expect(model.said).toContain(`${model.target}: begins with "<!DOCTYPE html>", expected "GGUF"; it is moved to`);
  });

  it("that is an earlier model of the same name stays until the new one has arrived", async () => {
    await model.fetch();
    const plan = model.plan({ sha256: sha256(other) });
    model.server.behave = () => ({ status: 404 });
    await model.fault(plan);
    expect(model.found()).toBe(model.right);
    model.server.behave = () => ({ body: other });
    await model.fetch(plan);
    expect(model.found()).toBe(sha256(other));
    expect(existsSync(aside())).toBe(false);
  });

  it("that is a directory is left alone", async () => {
    mkdirSync(model.target, { recursive: true });
    expect(await model.fault()).toBe(`${model.target}: is there, but is no file; remove it`);
  });
});

describe("the generation of a model", () => {
  const uuid = /^[0-9a-f-]{36}$/;

  it("is that of the run which fetched it, and new ones without end before", async () => {
    expect(modelGeneration(model.plan())).toMatch(uuid);
    expect(modelGeneration(model.plan())).not.toBe(modelGeneration(model.plan()));
    await model.fetch();
    expect(modelGeneration(model.plan())).toBe("first");
    await model.fetch(model.plan({ generation: "second" }));
    expect(modelGeneration(model.plan())).toBe("second");
  });

  it.each<[string, () => void]>([
    ["changed", () => place(other)],
    ["deleted", () => rmSync(model.target)],
    ["touched", () => utimesSync(model.target, 1, 1)],
  ])("is new when the file was %s", async (_, change) => {
    await model.fetch();
    change();
    expect(modelGeneration(model.plan())).toMatch(uuid);
  });

  it("is new when another model is wanted, and the same when only its source is another", async () => {
    await model.fetch();
    const url = model.server.url("/mirror/model.gguf");
    expect(modelGeneration(model.plan({ sha256: sha256(other) }))).toMatch(uuid);
    expect(modelGeneration(model.plan({ url }))).toBe("first");
    expect(modelGeneration(model.unknown())).toBe("first");
    expect(modelGeneration(model.unknown({ url }))).toMatch(uuid);
  });

  it("is new when its record is damaged", async () => {
    await model.fetch();
    writeFileSync(path.join(path.dirname(model.target), ".download", "model.gguf.json"), "{");
    expect(modelGeneration(model.plan())).toMatch(uuid);
    expect((await model.fetch()).status).toBe("present");
  });
});
