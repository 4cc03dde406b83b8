import { encryptedFault, givenConfig, openedSecrets, sealedSecrets } from "../config-secrets";
import { parse } from "../config";

const SEALED = { secure: "v1:8mzuZ3Yt4aZBxkZA:9sN0" };
const CANARY = "a value that must not be shown";

describe("secrets in a stack's file", () => {
  it("are known by their names alone", () => {
    const names = ["OPENAI_API_KEY", "github.personal_access_token", "MCP_TOKEN_my-laptop"];
    const map = Object.fromEntries(names.map((name) => [name, SEALED]));
    expect(sealedSecrets(map)).toEqual({ names, faults: [] });
  });

  it("may be none", () => {
    for (const none of [undefined, null, {}]) expect(sealedSecrets(none)).toEqual({ names: [], faults: [] });
  });

  it.each([["canary"], [["canary"]], [{ A: CANARY }], [{ A: 7 }], [{ A: [SEALED] }]])(
    "are refused when they are not encrypted, without the value: %j",
    (value) => {
      const { faults } = sealedSecrets(value);
      expect(faults).toEqual([expect.stringContaining("pulumi config set --secret --path secrets.")]);
      expect(faults.join()).not.toMatch(/canary|must not be shown|7/);
    },
  );
});

describe("a name whose dot was not quoted", () => {
  it("is refused with the path that it has, and the one that it should have", () => {
    expect(sealedSecrets({ brave: { api_key: SEALED } }).faults).toEqual([
      "secrets.brave: has names below it, because the dot in a name was not quoted; remove it: pulumi config rm --path secrets.brave, " +
        `then pulumi config set --secret --path 'secrets["brave.api_key"]'`,
    ]);
  });
});

describe("decrypted secrets", () => {
  it.each([
    ["empty", { A: " " }, "secrets.A: is empty; set a value, or remove it: pulumi config rm --path secrets.A"],
    [
      "of more lines",
      { "a.b": `${CANARY}\nx` },
      /^secrets\.a\.b: the value has more than one line, .* --path 'secrets\["a\.b"\]'$/,
    ],
  ])("are refused when they are %s, without the value", (_what, value, fault) => {
    const { faults } = openedSecrets(JSON.stringify(value));
    expect(faults).toEqual([typeof fault === "string" ? fault : (expect.stringMatching(fault) as string)]);
    expect(faults.join()).not.toContain(CANARY);
  });
});

describe("the config of the running program", () => {
  const own = (value: unknown, secret = true) => ({ key: "secrets", value: JSON.stringify(value), secret });
  const read = (given: Parameters<typeof givenConfig>[0], inFile: unknown) => {
    const { set, secrets } = givenConfig(given, inFile);
    return parse({ project: "p", stack: "s", directory: "/checkout", env: {}, set, secrets });
  };

  it("has secrets by name and value, and says their names alone", () => {
    const { config, faults, origins } = read([own({ KEY: CANARY })], { KEY: SEALED });
    expect([faults, origins]).toEqual([[], ["secrets = KEY (stack config, values not shown)"]]);
    expect(config.secrets.names).toEqual(["KEY"]);
    expect(config.secrets.values()).toEqual({ KEY: CANARY });
    // Whoever writes a config somewhere writes no value.
    expect(JSON.stringify(config)).not.toContain(CANARY);
  });

  it("is refused by the name of what is plain beside what is encrypted", () => {
    const { faults } = read([own({ KEY: CANARY, OTHER: "x" })], { KEY: SEALED, OTHER: "x" });
    expect(faults).toEqual([expect.stringMatching(/^secrets\.OTHER: is not encrypted .* --path secrets\.OTHER /)]);
  });

  it("is refused when another file than the stack's own has plain ones", () => {
    const { faults } = read([own({ KEY: CANARY }, false)], undefined);
    expect(faults).toEqual([expect.stringMatching(/^secrets\.KEY: is not encrypted /)]);
    expect(read([own({ KEY: CANARY })], undefined).faults).toEqual([]);
  });

  it.each([
    ["httpPort", /^httpPort: is set as a secret, .* pulumi config set --plaintext httpPort VALUE$/],
    ["secrets.KEY", /^secrets\.KEY: was set without --path, .* pulumi config set --secret --path secrets\.KEY$/],
    ["apiKey", /^apiKey: is set as a secret, but there is no such key; .* --path secrets\.NAME$/],
  ])("is refused when %s is encrypted, without the value", (key, fault) => {
    const { faults, origins } = read([{ key, value: CANARY, secret: true }], undefined);
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults).toEqual([encryptedFault(key)]);
    expect([...faults, ...origins].join()).not.toContain(CANARY);
  });
});
