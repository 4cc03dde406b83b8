/** Files that are put into a container before it starts. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import { CONTAINER, docker, world } from "./world";

const w = world();

/** What a container with these uploads prints. */
async function printed(uploads: PropertyMap[], script: string): Promise<string> {
  const container = w.resource(CONTAINER);
  const command = ["sh", "-c", script];
  await container.up(w.sleeper({ command, uploads, attach: true, logs: true, mustRun: false }));
  return String(container.known().outputs.containerLogs);
}

let directory: string;
let source: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-uploads-"));
  source = path.join(directory, "source");
});
beforeEach(() => fs.writeFileSync(source, "first"));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

test("content, contentBase64 and source arrive, in directories that are made for them", async () => {
  const uploads = [
    { file: "/a/one", content: "text ä" },
    { file: "/a/b/two", contentBase64: Buffer.from("base64").toString("base64") },
    { file: "/three", source },
  ];
  expect(await printed(uploads, "cat /a/one /a/b/two /three")).toBe("text äbase64first");
});

test("the mode is 0644, 0744 for an executable, or what permissions say", async () => {
  const uploads = [
    { file: "/one", content: "1" },
    { file: "/two", content: "2", executable: true },
    { file: "/three", content: "3", executable: true, permissions: "0600" },
  ];
  const modes = await printed(uploads, "stat -c '%a %u' /one /two /three");
  expect(modes).toBe("644 0\n744 0\n600 0\n");
});

test.each([
  ["no content", {}, "one of 'content', 'content_base64', or 'source' must be set"],
  [
    "two contents",
    { content: "1", contentBase64: "MQ==" },
    "only one of 'content', 'content_base64', or 'source' can be set",
  ],
])("%s is a fault at the preview", async (_name, content, rule) => {
  const program = w.sleeper({ uploads: [{ file: "/one", ...content }] });
  await expect(w.resource(CONTAINER).preview(program)).rejects.toThrow(
    `uploads[0]: error with upload content: ${rule}`,
  );
});

test("a source is read at creation only; a change of it is seen only by sourceHash", async () => {
  const container = w.resource(CONTAINER);
  const program = (sourceHash: string): PropertyMap => w.sleeper({ uploads: [{ file: "/one", source, sourceHash }] });
  await container.up(program("1"));
  fs.writeFileSync(source, "second");
  expect(await container.preview(program("1"))).toMatchObject({ step: "same" });
  expect(await container.preview(program("2"))).toMatchObject({ step: "replace" });
});

test("a source that does not exist: the container is left behind and in the state", async () => {
  const container = w.resource(CONTAINER);
  const program = w.sleeper({ uploads: [{ file: "/one", source: path.join(directory, "nothing") }] });
  await expect(container.up(program)).rejects.toThrow(/^could not read file: ENOENT.*nothing/);
  expect(container.known().initErrors).toHaveLength(1);
});

test("with readOnly they cannot work: the container is left behind and in the state", async () => {
  const container = w.resource(CONTAINER);
  const program = w.sleeper({ readOnly: true, uploads: [{ file: "/one", content: "1" }] });
  await expect(container.up(program)).rejects.toThrow(
    "Unable to upload volume content: Error response from daemon: container rootfs is marked read-only",
  );
  expect((await docker.getContainer(container.known().id).inspect()).State.Status).toBe("created");
  expect(await container.preview(program)).toMatchObject({ step: "replace" });
});
