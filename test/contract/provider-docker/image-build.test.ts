/** Images that are built from a directory. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { ResourceUnderTest } from "../../support/provider";
import { CONTAINER, docker, idOf, pruneBuilt, REMOTE_IMAGE, TEST_LABEL, uniqueImage, world } from "./world";

const w = world();
afterAll(() => pruneBuilt());

describe("an image that is built", () => {
  let context: string;
  let name: string;
  let image: ResourceUnderTest;
  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(context, file)), { recursive: true });
    fs.writeFileSync(path.join(context, file), text);
  };
  beforeEach(() => {
    context = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-build-"));
    write("Dockerfile", `FROM ${w.image}\nLABEL ${TEST_LABEL}\nCOPY . /context\n`);
    write("file", "first");
    name = uniqueImage();
    image = w.resource(REMOTE_IMAGE);
  });
  afterEach(() => fs.rmSync(context, { recursive: true, force: true }));

  const program = (more: PropertyMap = {}, build: PropertyMap = {}): PropertyMap => ({
    name,
    build: { context, ...build },
    ...more,
  });

  /** What a command prints in a container of the image. */
  async function printed(script: string): Promise<string> {
    const container = w.resource(CONTAINER);
    await container.up({ image: name, command: ["sh", "-c", script], attach: true, logs: true, mustRun: false });
    return String(container.known().outputs.containerLogs);
  }

  test("comes from its context alone, without a registry", async () => {
    await image.up(program());
    expect(image.known().id).toBe(`${await idOf(name)}${name}`);
    expect(await printed("cat /context/file")).toBe("first");
    expect(await image.preview(program())).toMatchObject({ step: "same" });
  });

  test("does not notice a change of its context; only triggers build it again", async () => {
    await image.up(program({ keepLocally: true }));
    const before = await idOf(name);
    write("file", "second");
    expect(await image.up(program({ keepLocally: true }))).toMatchObject({ step: "same" });
    expect(await idOf(name)).toBe(before);
    const triggered = program({ keepLocally: true, triggers: { content: "2" } });
    expect(await image.up(triggered)).toMatchObject({ step: "replace", deleteBeforeReplace: false });
    expect(await printed("cat /context/file")).toBe("second");
  });

  test("without keepLocally is lost by a replacement, which removes it by name; a refresh makes it again", async () => {
    await image.up(program());
    write("file", "second");
    const triggered = program({ triggers: { content: "2" } });
    await image.up(triggered);
    expect(await idOf(name)).toBeUndefined();
    await image.refresh();
    expect(await image.up(triggered)).toMatchObject({ step: "create" });
    expect(await idOf(name)).toBeDefined();
  });

  test.each<[string, PropertyMap]>([
    ["buildArgs", { buildArgs: { A: "1" } }],
    ["dockerfile", { dockerfile: "Other" }],
    ["target", { target: "one" }],
    ["labels", { labels: { a: "b" } }],
    ["noCache", { noCache: true }],
  ])("is built again by a change of build.%s", async (property, build) => {
    await image.up(program());
    const plan = await image.preview(program({}, build));
    expect(plan.step).toBe("replace");
    expect(Object.keys(plan.changes)[0]).toMatch(new RegExp(`^build\\.${property}`));
  });

  test("takes arguments, a stage, labels, more tags and another Dockerfile", async () => {
    write("sub/Other", `FROM ${w.image} AS one\nLABEL ${TEST_LABEL}\nARG A\nRUN echo $A > /a\nFROM one\nRUN false\n`);
    const more = uniqueImage();
    const build = {
      dockerfile: "sub/Other",
      target: "one",
      buildArgs: { A: "argument" },
      label: { first: "1" },
      labels: { second: "2" },
      tags: [more],
    };
    await image.up(program({}, build));
    expect(await printed("cat /a")).toBe("argument\n");
    expect((await docker.getImage(more).inspect()).Config.Labels).toMatchObject({ first: "1", second: "2" });
  });

  test("leaves out what .dockerignore names", async () => {
    write(".dockerignore", "# comment\n*.secret\nnode_modules\nkept/*\n!kept/this\nwhole\n!whole/but\n");
    for (const file of [
      "a.secret",
      "node_modules/x/y",
      "kept/that",
      "kept/this",
      "whole/x",
      "whole/but",
      "deep/b.secret",
    ])
      write(file, "x");
    await image.up(program());
    const files = await printed("cd /context; for f in * */* */*/*; do test -f $f && echo $f; done; true");
    expect(files.split("\n").filter(Boolean).sort()).toEqual([
      "Dockerfile",
      "deep/b.secret",
      "file",
      "kept/this",
      "whole/but",
    ]);
  });

  test("that fails shows its last lines and the builder's reason", async () => {
    write("Dockerfile", `FROM ${w.image}\nLABEL ${TEST_LABEL}\nRUN echo about to fail; false\n`);
    const failure = new RegExp(
      `^Error running build of ${name} in ${context}: The command '/bin/sh -c echo about to fail; false' returned a non-zero code: 1\n\n[^]*about to fail`,
    );
    await expect(image.up(program())).rejects.toThrow(failure);
    expect(image.state).toBeUndefined();
  });

  test.each([
    ["missing", "Nothing", /^.*dockerfile not found at path: .*\/Nothing/],
    ["outside of the context", "../outside", /is outside of its context .*; move it inside/],
  ])("with a Dockerfile that is %s is refused", async (_name, dockerfile, failure) => {
    const outside = path.join(context, "../outside");
    fs.writeFileSync(outside, "FROM scratch");
    try {
      await expect(image.up(program({}, { dockerfile }))).rejects.toThrow(failure);
    } finally {
      fs.rmSync(outside);
    }
  });
});
