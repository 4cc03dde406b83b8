/** What the policy forbids is refused before anything is made, unless a waiver says why it may be. */
import fs from "node:fs";
import path from "node:path";
import { createStack, type TestStack } from "../../support/stack";
import { everythingOf, expectRefused, NOTHING } from "../../support/untouched";

jest.setTimeout(120_000);

const SECRET = "hunter2-and-more";
const PLAIN = { overrides: { "mcp-nixos-http": { environment: { API_TOKEN: SECRET } } } };
const RULE = `module.exports = { rules: [{
  name: "small-memory",
  asks: "no service takes more than 200 MiB",
  check: ({ service, container }) => container.memory <= 200 || service.name !== "traefik" ? [] : [
    { found: container.memory + " MiB", expected: "at most 200 MiB", next: "set overrides.traefik.memoryMiB" }],
}] };\n`;

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: "time" }, { prefix: "policy" });
});
afterAll(() => stack.remove());

const preview = async (): Promise<string> => {
  const { code, output } = await stack.pulumi("preview");
  expect([code, output.slice(code === 0 ? -1 : 0)]).toEqual([0, expect.any(String)]);
  return output;
};

describe("the policy", () => {
  it("says at a preview what was applied", async () => {
    stack.configure({ servers: "time" });
    expect(await preview()).toMatch(/policy: \d+ rules hold for \d+ services/);
  });

  it("refuses a secret in plain config, without repeating it", async () => {
    stack.configure({ servers: "time", ...PLAIN });
    await expectRefused(
      stack,
      [
        "policy plain-secret: mcp-nixos-http: the variable API_TOKEN has a value in plain text; expected a secret by reference",
      ],
      NOTHING,
    );
    expect((await stack.pulumi("preview")).output).not.toContain(SECRET);
  });

  it("lets it pass by a waiver with a reason, which each preview repeats", async () => {
    const policyWaivers = { "plain-secret/mcp-nixos-http": "a token of a test, which opens nothing" };
    stack.configure({ servers: "time", ...PLAIN, policyWaivers });
    const told = "policy plain-secret/mcp-nixos-http is waived: a token of a test, which opens nothing";
    for (const output of [await preview(), await preview()]) {
      expect(output).toContain(told);
      expect(output).not.toContain(SECRET);
    }
    expect(await everythingOf(stack)).toEqual(NOTHING);
  });

  it("refuses a waiver that waives nothing, one without a reason, and one of no rule", async () => {
    stack.configure({ servers: "time", policyWaivers: { "plain-secret/mcp-nixos-http": "it was needed before" } });
    await expectRefused(stack, ["waives nothing: mcp-nixos-http does not violate plain-secret; remove it"], NOTHING);
    stack.configure({ servers: "time", policyWaivers: { "plain-secret/mcp-nixos-http": "" } });
    await expectRefused(stack, ["must be a reason of at least 10 characters"], NOTHING);
    stack.configure({ servers: "time", policyWaivers: { "plain-secrets/traefik": "it was needed before" } });
    await expectRefused(stack, ['there is no rule "plain-secrets" (there are image-digest'], NOTHING);
  });

  it("has rules of the user's own, from a file", async () => {
    const policyFile = path.join(path.dirname(stack.stateDir), "rules.cjs");
    stack.configure({ servers: "time", policyFile });
    await expectRefused(stack, [`policyFile: "${policyFile}" is not there`], NOTHING);
    fs.writeFileSync(policyFile, RULE);
    await expectRefused(
      stack,
      ["policy small-memory: traefik: 256 MiB; expected at most 200 MiB; set overrides.traefik.memoryMiB"],
      NOTHING,
    );
    stack.configure({ servers: "time", policyFile, overrides: { traefik: { memoryMiB: 192 } } });
    expect(await preview()).toMatch(/policy: \d+ rules hold/);
  });
});
