import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { accessFaults, accessWords, digestFiles, type AccessPlan } from "../../../engines/files/access";
import { clientsFile, clientsText, readClients } from "../../../engines/files/clients";
import { writeAccess } from "../../../engines/files/host-files";
import { sha256 } from "../../../engines/files/layout";
import { NO_SECRETS } from "../../../engines/files/user-secrets";

const OWN = "own-token";
const SERVICES = "services-token";
const LONG = "l".repeat(32);
const NAMES = { tokens: "tokens", users: "users" };

let base = "";
beforeEach(() => (base = fs.mkdtempSync(path.join(os.tmpdir(), "access-"))));
afterEach(() => fs.rmSync(base, { recursive: true }));

const plan = (): AccessPlan => ({
  name: "mcp-access",
  own: "mcp-token",
  services: "mcp-services-token",
  source: { file: path.join(base, "env"), config: NO_SECRETS },
  files: NAMES,
});
const put = (file: string, content: string): void => {
  fs.mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
  fs.writeFileSync(path.join(base, file), content);
};

describe("what the router knows clients by", () => {
  it("are digests: of the stack's own token, of those in the secrets file, and those that a command made", () => {
    const clients = { phone: sha256("phone") };
    const files = digestFiles({ dotenv: `MCP_TOKEN_desk=${LONG}\n`, own: OWN, services: SERVICES, clients }, NAMES);
    expect(files["tokens"]).toBe(
      `default ${sha256(OWN)}\nservices ${sha256(SERVICES)}\ndesk ${sha256(LONG)}\nphone ${sha256("phone")}\n`,
    );
  });

  it("is, without users, one whose password is the own token, salted and always the same", () => {
    const files = () => digestFiles({ dotenv: "", own: OWN, services: SERVICES, clients: {} }, NAMES)["users"] ?? "";
    expect(files()).toBe(files());
    const bytes = Buffer.from(/^default:\{SSHA\}(.+)\n$/.exec(files())?.[1] ?? "", "base64");
    const [sum, salt] = [bytes.subarray(0, 20), bytes.subarray(20)];
    expect(salt).toHaveLength(8);
    expect(createHash("sha1").update(OWN).update(salt).digest()).toEqual(sum);
  });

  it("are, with users, these alone", () => {
    const dotenv = "MCP_USER_anna=$6$s$d\nMCP_USER_ben=$apr1$s$d\n";
    expect(digestFiles({ dotenv, own: OWN, services: SERVICES, clients: {} }, NAMES)["users"]).toBe(
      "anna:$6$s$d\nben:$apr1$s$d\n",
    );
  });

  it("is nothing while a name stands for two tokens", () => {
    const sources = { dotenv: `MCP_TOKEN_desk=${LONG}`, own: OWN, services: SERVICES, clients: { desk: sha256("x") } };
    const fault = "secretsFile: the token desk was also made by a command; npm run mcp-token -- remove desk";
    expect(accessFaults(sources)).toEqual([fault]);
    expect(() => digestFiles(sources, NAMES)).toThrow(new Error(fault));
  });
});

describe("tokens that a command made", () => {
  it("are kept by name and digest, in the order of names", () => {
    const clients = { b: sha256("2"), a: sha256("1") };
    put("secrets/mcp-clients.json", clientsText(clients));
    expect(clientsFile(base)).toBe(path.join(base, "secrets/mcp-clients.json"));
    expect(Object.entries(readClients(base))).toEqual([
      ["a", sha256("1")],
      ["b", sha256("2")],
    ]);
  });

  it.each(["{", '{"a": "token"}', "[]"])("are nobody's when the file is damaged: %s", (text) => {
    put("secrets/mcp-clients.json", text);
    expect(() => readClients(base)).toThrow(/mcp-clients\.json is damaged; restore it, or remove it/);
  });
});

describe("the words of the directory", () => {
  const write = (): void => writeAccess({ base, ...plan(), ...accessWords(base, plan()) });
  beforeEach(() => {
    put("secrets/mcp-token/value", OWN);
    put("secrets/mcp-services-token/value", SERVICES);
  });

  it.each(["mcp-token", "mcp-services-token"])("are of nothing while %s is missing", (secret) => {
    fs.rmSync(path.join(base, "secrets", secret), { recursive: true });
    expect(write).toThrow(new Error("the secret mcp-token or mcp-services-token is missing; run npm run up again"));
  });

  it("stay while everything is as it was written", () => {
    write();
    const words = accessWords(base, plan());
    expect(accessWords(base, plan())).toEqual(words);
    write();
    expect(accessWords(base, plan())).toEqual(words);
  });

  it("tell a new client from a new directory", () => {
    write();
    const before = accessWords(base, plan());
    put("env", `MCP_TOKEN_desk=${LONG}\n`);
    const changed = accessWords(base, plan());
    expect(changed.place).toBe(before.place);
    expect(changed.generation).not.toBe(before.generation);
    fs.rmSync(path.join(base, "secrets/mcp-access"), { recursive: true });
    expect(accessWords(base, plan()).place).not.toBe(before.place);
  });

  it("are no reason to make the directory anew: a running router holds it", () => {
    write();
    const { ino } = fs.statSync(path.join(base, "secrets/mcp-access"));
    put("env", `MCP_TOKEN_desk=${LONG}\n`);
    write();
    expect(fs.statSync(path.join(base, "secrets/mcp-access")).ino).toBe(ino);
    expect(fs.readFileSync(path.join(base, "secrets/mcp-access/tokens"), "utf8")).toContain("desk ");
  });
});
