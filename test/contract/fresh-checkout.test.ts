/** What git has is what a user begins with: a checkout that nobody has used finds a stack, and a default for every key. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { oldCheckout, type Checkout } from "../support/checkout";
import { FOREIGN_SALT } from "../support/foreign-salt";

jest.setTimeout(120_000);

const FILE = "Pulumi.dev.yaml";

let checkout: Checkout;
beforeEach(() => {
  checkout = oldCheckout("HEAD");
});
afterEach(() => checkout.remove());

/** The config of the stack `dev`, as the first command of the checkout shows it. */
async function config(): Promise<Record<string, unknown>> {
  const env = { PATH: process.env["PATH"], HOME: checkout.root };
  const args = ["commands/entry.js", "pulumi", "config", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: checkout.root, env });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const read = (): string => fs.readFileSync(path.join(checkout.root, FILE), "utf8");

test("the stack in git has neither a value of somebody's own nor the salt of a passphrase", () => {
  expect(parse(read())).toEqual({ config: null });
});

test("the first command makes the stack and a passphrase", async () => {
  expect(Object.keys(await config())).not.toContain("mcp-gateway-stack:imageSource");
  expect(fs.existsSync(path.join(checkout.root, ".state/passphrase"))).toBe(true);
  // Once more, with what is there by now.
  await config();
});

test("a salt that came from another checkout is no obstacle while nothing is encrypted by it", async () => {
  checkout.edit(FILE, () => `${FOREIGN_SALT}\nconfig:\n  mcp-gateway-stack:httpPort: "18811"\n`);
  expect(await config()).toMatchObject({ "mcp-gateway-stack:httpPort": { value: "18811" } });
  expect(read()).not.toContain(FOREIGN_SALT);
});

test("values that only the other checkout's passphrase can read stay as they are, and the first command says so", async () => {
  const secure = "v1:16YRrvVgycNoOsa1:AXENN/A927m/BM7KPs1HmJfgc0QiMQ==";
  const text = `${FOREIGN_SALT}\nconfig:\n  mcp-gateway-stack:httpPort:\n    secure: ${secure}\n`;
  checkout.edit(FILE, () => text);
  await expect(config()).rejects.toThrow(`${FILE} was made with another passphrase than the one that is set now`);
  expect(read()).toBe(text);
});
