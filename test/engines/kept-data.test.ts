import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { dataFaults } from "../../engines/kept-data";

let dataDir: string;
beforeEach(() => (dataDir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-kept-data-"))));
afterEach(() => fs.rmSync(dataDir, { recursive: true }));

const ME = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
const SOMEBODY = `${Number(ME.split(":")[0]) + 1}:1`;
const database = { path: "db", major: "17", service: "dify-postgres" };
const faults = (owner: string, sameUsers = true): string[] =>
  dataFaults(dataDir, { database, owners: { db: owner } }, sameUsers);

const put = (file: string, content: string): void => {
  fs.mkdirSync(path.join(dataDir, path.dirname(file)), { recursive: true });
  fs.writeFileSync(path.join(dataDir, file), content);
};

describe("data that is there already", () => {
  it("has no faults while there is none, or an empty directory of anybody", () => {
    expect(faults(SOMEBODY)).toEqual([]);
    fs.mkdirSync(path.join(dataDir, "db"));
    expect(faults(SOMEBODY)).toEqual([]);
  });

  it("is taken over when the version and the owner are right", () => {
    put("db/PG_VERSION", "17\n");
    expect(faults(ME)).toEqual([]);
  });

  it("of another major version of PostgreSQL is refused, with the way to keep it", () => {
    put("db/PG_VERSION", "15\n");
    expect(faults(ME)).toEqual([
      `dataDir: "${dataDir}/db" holds data of PostgreSQL 15, and this version runs 17, which cannot read it. ` +
        "Nothing was changed. Keep the data: dump it with PostgreSQL 15 (pg_dumpall), move the directory aside, bring the " +
        "stack up, and restore the dump (psql) into dify-postgres",
    ]);
  });

  it("of another user is refused, with the command that gives it back", () => {
    put("db/PG_VERSION", "17\n");
    expect(faults(SOMEBODY)).toEqual([
      `dataDir: "${dataDir}/db" belongs to the user ${ME.split(":")[0]}, and the service that keeps its data there runs as ` +
        `${SOMEBODY}; if the data is this stack's, give it back: sudo chown -R ${SOMEBODY} ${dataDir}/db`,
    ]);
  });

  it("is not asked for its owner where the engine's users are others than this machine's; for its version it is", () => {
    put("db/PG_VERSION", "17\n");
    expect(faults(SOMEBODY, false)).toEqual([]);
    put("db/PG_VERSION", "15\n");
    expect(faults(SOMEBODY, false)).toEqual([expect.stringContaining("PostgreSQL 15")]);
  });
});
