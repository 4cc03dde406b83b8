import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { newPassword } from "../../commands/admin-password";

describe("the administrator's password", () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), "password-"));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const file = (): string => path.join(dataDir, "secrets/webui-admin-password/value");
  const make = (): void => {
    mkdirSync(path.dirname(file()), { recursive: true });
    writeFileSync(file(), "s3cret");
  };
  const ask = () => newPassword({ dataDir, webuiAdminEmail: "me@example.org" });

  it("is shown by the run that makes it", () => {
    const shown = ask();
    make();
    expect(shown()).toBe(
      `Open WebUI: sign in as me@example.org with the password s3cret (shown once; kept in ${file()})`,
    );
  });

  it("is shown by no later run, and by none that makes no password", () => {
    expect(ask()()).toBeUndefined();
    make();
    expect(ask()()).toBeUndefined();
  });
});
