import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { backendDirectory, chooseBackend } from "../../commands/backend";

let directory: string;
let state: string;
let home: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-backend-test-"));
  [state, home] = [path.join(directory, "state"), path.join(directory, "home")];
  fs.mkdirSync(home);
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const logIn = (content: string, where = home): void => fs.writeFileSync(path.join(where, "credentials.json"), content);

describe("without a login", () => {
  it("the state lies in the checkout, closed to others, with a passphrase that is made once", () => {
    const url = `file://${state}`;
    const file = path.join(state, "passphrase");
    const backend = { variables: { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE_FILE: file }, url };
    expect(chooseBackend({ PULUMI_HOME: home }, state)).toEqual(backend);
    const passphrase = fs.readFileSync(file, "utf8");
    expect(passphrase).toMatch(/^[\w-]{43}$/);
    expect([state, file].map((one) => fs.statSync(one).mode & 0o777)).toEqual([0o700, 0o600]);
    expect(chooseBackend({ PULUMI_HOME: home }, state)).toEqual(backend);
    expect(fs.readFileSync(file, "utf8")).toBe(passphrase);
  });

  it.each([{ PULUMI_CONFIG_PASSPHRASE: "" }, { PULUMI_CONFIG_PASSPHRASE_FILE: "/mine" }])(
    "a passphrase of the user's own is taken: %j",
    (chosen) => {
      const { variables } = chooseBackend({ PULUMI_HOME: home, ...chosen }, state);
      expect(variables).toEqual({ PULUMI_BACKEND_URL: `file://${state}` });
      expect(fs.readdirSync(state)).toEqual([]);
    },
  );

  it("somebody who has logged out again counts as not logged in", () => {
    logIn('{"current": ""}');
    expect(chooseBackend({ PULUMI_HOME: home }, state).url).toBe(`file://${state}`);
  });
});

describe("with a login", () => {
  it("its backend is taken, and Pulumi is told where the login lies", () => {
    logIn('{"current": "https://api.pulumi.com"}');
    expect(chooseBackend({ PULUMI_HOME: home }, state)).toEqual({
      variables: { PULUMI_CREDENTIALS_PATH: home },
      url: "https://api.pulumi.com",
    });
    expect(fs.existsSync(state)).toBe(false);
  });

  it("it is found again by a shell that took over our variables", () => {
    logIn('{"current": "file://~"}');
    const first = chooseBackend({ PULUMI_HOME: home }, state);
    const env = { PULUMI_HOME: path.join(directory, "of-the-toolchain"), ...first.variables };
    expect(chooseBackend(env, state)).toEqual(first);
  });

  it("one that cannot be read is named", () => {
    logIn("no JSON");
    expect(() => chooseBackend({ PULUMI_HOME: home }, state)).toThrow(
      /^\/.*\/home\/credentials\.json cannot be read \(.*\); log in again: pulumi login$/,
    );
  });
});

it("PULUMI_BACKEND_URL goes before everything", () => {
  logIn('{"current": "https://api.pulumi.com"}');
  const env = { PULUMI_HOME: home, PULUMI_BACKEND_URL: "s3://bucket" };
  expect(chooseBackend(env, state)).toEqual({ variables: {}, url: "s3://bucket" });
});

it.each([
  ["file:///state", "/state"],
  ["file:///state?no_tmp_dir=true", "/state"],
  ["file://~", os.homedir()],
  ["file://~/state", path.join(os.homedir(), "state")],
  ["https://api.pulumi.com", undefined],
  ["s3://bucket", undefined],
])("the directory of the backend %s is %s", (url, expected) => {
  expect(backendDirectory(url)).toBe(expected);
});
