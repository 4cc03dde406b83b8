/** What Dify cannot run with is refused before anything is made, and data that is there already is left alone. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createStack, type TestStack } from "../../support/stack";
import { everythingOf, expectRefused, NOTHING, type Made } from "../../support/untouched";

jest.setTimeout(120_000);

const DIFY = { servers: "time", bundles: "dify" };
const DIGEST = `sha256:${"a".repeat(64)}`;
/** Neither root nor the user of any image. */
const SOMEBODY = 4242;

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack(DIFY, { prefix: "dify-bad" });
});
afterAll(() => stack.remove());

/** A file below dataDir, in directories that belong to its owner. */
function put(file: string, content: string, owner: number): void {
  const directory = path.join(stack.dataDir, path.dirname(file));
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(stack.dataDir, file), content);
  for (const one of [directory, path.join(stack.dataDir, file)]) fs.chownSync(one, owner, owner);
}

const refused = (lines: readonly string[], before?: Made): Promise<void> =>
  expectRefused(stack, lines, before ?? NOTHING);

describe("Dify", () => {
  it("is refused with images of two releases", async () => {
    stack.configure({ ...DIFY, imageDigests: { "dify-api": DIGEST } });
    await refused([
      "imageDigests: dify-api of Dify has another digest, but dify-web, dify-sandbox, dify-plugin-daemon has not, and the images of a release go together",
    ]);
  });

  it("is refused on an engine with less memory than its services may take, and where its port is taken", async () => {
    const listener = http.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => listener.once("listening", resolve));
    const { port } = listener.address() as AddressInfo;
    // Four TiB.
    stack.configure({ ...DIFY, difyPort: port, overrides: { "dify-worker": { memoryMiB: 4194304 } } });
    await refused([
      `difyPort: port ${port} on 127.0.0.1 is taken by the process`,
      `bundles: "dify" needs ${4194304 - 1280 + 6656} MiB, the sum of its services' memory limits, but the engine has only`,
    ]);
    await new Promise((resolve) => listener.close(resolve));
  });

  it("is refused where its port is another one's of the stack", async () => {
    stack.configure({ ...DIFY, difyPort: stack.port });
    await refused([`difyPort: "${stack.port}" is also httpPort; set another port for one of them`]);
  });

  it("is refused data of another PostgreSQL and of another user, and leaves it as it is", async () => {
    stack.configure(DIFY);
    put("dify/postgres/PG_VERSION", "15\n", 999);
    put("dify/postgres/base/1/1259", "a table", 999);
    put("dify/storage/upload.txt", "a file", SOMEBODY);
    const [postgres, storage] = ["postgres", "storage"].map((name) => path.join(stack.dataDir, "dify", name));
    await refused(
      [
        `dataDir: "${postgres}" holds data of PostgreSQL 15, and this version runs 17, which cannot read it. Nothing was changed. Keep the data: dump it with PostgreSQL 15 (pg_dumpall)`,
        `dataDir: "${storage}" belongs to the user ${SOMEBODY}, and the service that keeps its data there runs as 1001:1001; if the data is this stack's, give it back: sudo chown -R 1001:1001 ${storage}`,
      ],
      await everythingOf(stack),
    );
  });
});
