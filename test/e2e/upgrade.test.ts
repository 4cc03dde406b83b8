/** A stack that an earlier version of this repository made, with data, and the present one's `up`. */
import fs from "node:fs";
import path from "node:path";
import { oldCheckout, type OldCheckout } from "../support/checkout";
import { withSession } from "../support/mcp-client";
import { createStack, isCatalogServer, type TestStack } from "../support/stack";

jest.setTimeout(900_000);

/** The last one whose gateway started catalog servers itself, by the engine's socket. */
const EARLIER = "c5920385a62775e408ab4ef367dd7707950b0e53";

let checkout: OldCheckout;
let stack: TestStack;
let secrets: Record<string, string>;

/** Value of each generated secret. */
const readSecrets = (): Record<string, string> => {
  const base = path.join(stack.dataDir, "secrets");
  const names = fs.readdirSync(base).filter((name) => fs.existsSync(path.join(base, name, "value")));
  return Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(base, name, "value"), "utf8")]));
};
/** Ids of the stack's own containers, by service. */
async function ids(): Promise<Record<string, string>> {
  const own = (await stack.containers()).filter(({ Labels }) => Labels["mcp-stack.service"] !== "mcp-server");
  return Object.fromEntries(own.map(({ Labels, Id }) => [Labels["mcp-stack.service"] ?? "", Id]));
}

beforeAll(async () => {
  checkout = oldCheckout(EARLIER);
  stack = await createStack({ servers: "memory,filesystem" }, { prefix: "upgrade", root: checkout.root });
  await stack.succeed("up");
  await withSession(stack.url("/mcp"), async ({ call }) => {
    await call("write_file", { path: "/workspace/kept.txt", content: "here" });
    await call("create_entities", { entities: [{ name: "kept", entityType: "test", observations: ["here"] }] });
  });
  secrets = readSecrets();
});
afterAll(async () => {
  await stack.remove();
  checkout.remove();
});

describe("the stack of an earlier version", () => {
  it("is brought up to date by up, which names every container that it replaces", async () => {
    const before = await ids();
    checkout.pull();
    const { output } = await stack.succeed("up");
    const after = await ids();
    const replaced = Object.keys(before).filter((name) => after[name] !== undefined && after[name] !== before[name]);
    // The gateway has other arguments, and its servers are services now.
    expect(replaced).toContain("mcp-gateway");
    expect(Object.keys(after).filter(isCatalogServer).sort()).toEqual(["mcp-filesystem", "mcp-memory"]);
    for (const name of replaced) expect(output).toMatch(new RegExp(`^${name}: (healthy|started|done)\\b`, "m"));
    const kept = Object.keys(before).filter((name) => after[name] === before[name]);
    for (const name of kept) expect(output).not.toMatch(new RegExp(`^${name}: (healthy|started|done)\\b`, "m"));
    expect(Object.keys(before).filter((name) => after[name] === undefined)).toEqual([]);
  });

  it("loses no data and no secret", async () => {
    await withSession(stack.url("/mcp"), async ({ call }) => {
      expect(await call("read_text_file", { path: "/workspace/kept.txt" })).toBe("here");
      expect(await call("read_graph")).toContain('"kept"');
    });
    expect(Object.keys(secrets).length).toBeGreaterThan(0);
    expect(readSecrets()).toMatchObject(secrets);
  });

  it("has nothing to do a second time", async () => {
    const { code, output } = await stack.pulumi("preview", "--expect-no-changes");
    if (code !== 0) throw new Error(output);
  });
});
