import { readCredentials } from "../../../engines/files/credentials";

const TOKEN = "0123456789abcdef0123456789abcdef";
const DIGEST = "$6$salt$abc./DEF";

describe("credentials in the secrets file", () => {
  it("are tokens and users by their names, sorted; of a repeated name the last one counts, and other lines do not", () => {
    const dotenv = [
      "GITHUB_TOKEN=ghp_1",
      `MCP_TOKEN_phone=${TOKEN}1`,
      `MCP_TOKEN_desk=${TOKEN}2`,
      `MCP_TOKEN_phone=${TOKEN}3`,
      `MCP_USER_anna=${DIGEST}`,
      `# MCP_TOKEN_old=${TOKEN}`,
      "MCP_TOKEN_empty=",
    ].join("\r\n");
    expect(readCredentials(dotenv)).toEqual({
      tokens: [
        { name: "desk", from: "secretsFile", value: `${TOKEN}2` },
        { name: "phone", from: "secretsFile", value: `${TOKEN}3` },
      ],
      users: [{ name: "anna", digest: DIGEST }],
      faults: [],
    });
  });

  it("are told apart from those of the stack's config, in messages", () => {
    const { tokens, faults } = readCredentials(`MCP_TOKEN_a=${TOKEN}\nMCP_TOKEN_b=short\n`, ["MCP_TOKEN_b"]);
    expect(tokens.map(({ name, from }) => [name, from])).toEqual([
      ["a", "secretsFile"],
      ["b", "secrets"],
    ]);
    expect(faults).toEqual([expect.stringMatching(/^secrets: MCP_TOKEN_b: the token has 5 characters/)]);
  });

  it.each([
    ["short", `MCP_TOKEN_a=${TOKEN.slice(1)}`, /MCP_TOKEN_a: the token has 31 characters and can be guessed/],
    ["in quotes", `MCP_TOKEN_a="${TOKEN}"`, /MCP_TOKEN_a: the token has characters that no client can send/],
    ["with the stack's own name", `MCP_TOKEN_default=${TOKEN}`, /the name default is the stack's own/],
    ["with a name that is none", `MCP_TOKEN_a b=${TOKEN}`, /"a b" is no name/],
    ["a password in place of its digest", "MCP_USER_anna=hunter2", /MCP_USER_anna: the value is no digest/],
  ])("are refused when they are %s, without their value", (_what, dotenv, expected) => {
    const { faults } = readCredentials(dotenv);
    expect(faults).toEqual([expect.stringMatching(expected)]);
    expect(faults[0]).not.toContain(dotenv.slice(dotenv.indexOf("=") + 1));
  });
});
