/** One thing in every store of a stack with all bundles, and what is found of it later. */
import fs from "node:fs";
import path from "node:path";
import { DifyStack } from "./dify-stack";
import { withSession } from "./mcp-client";
import type { TestStack } from "./stack";

/** Files that Dify keeps beside its stores. */
const FILES = [
  ["dify-api", "/app/api/storage/kept"],
  ["dify-plugin-daemon", "/app/storage/kept"],
] as const;

const SQLITE = (statements: string): string =>
  `import sqlite3; d = sqlite3.connect("/app/backend/data/webui.db"); ${statements}`;

export class Stores {
  private readonly dify: DifyStack;

  constructor(private readonly stack: TestStack) {
    this.dify = new DifyStack(stack);
  }

  async put(): Promise<void> {
    const { dify, stack } = this;
    await dify.sql("CREATE TABLE kept (word text, near vector(3)); INSERT INTO kept VALUES ('here', '[1,2,3]')");
    await dify.sql("CREATE ROLE own NOLOGIN; GRANT SELECT ON kept TO own");
    await this.plugins("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
    await dify.redis("SET", "kept", "here");
    // Not by `mc pipe`: for what has no known size it takes more memory than the container may have.
    await dify.bucket("printf here > /tmp/kept && mc cp --quiet /tmp/kept s/dify/kept && rm /tmp/kept");
    for (const [service, file] of FILES) await dify.inside(service, "sh", "-c", `printf here > ${file}`);
    await this.webui(
      'd.execute("CREATE TABLE kept (word)"); d.execute("INSERT INTO kept VALUES (?)", ["here"]); d.commit()',
    );
    await withSession(stack.url("/mcp"), async ({ call }) => {
      await call("write_file", { path: "/workspace/kept.txt", content: "here" });
      await call("create_entities", { entities: [{ name: "kept", entityType: "test", observations: ["here"] }] });
    });
  }

  /** The same for each stack that has it all. */
  async found(): Promise<Record<string, unknown>> {
    const { dify, stack } = this;
    const graph = await withSession(stack.url("/mcp"), ({ call }) => call("read_graph"));
    return {
      database: await dify.sql("SELECT word, near FROM kept"),
      rights: await dify.sql("SELECT has_table_privilege('own', 'kept', 'SELECT')"),
      closed: await dify.sql("SELECT datacl IS NOT NULL FROM pg_database WHERE datname = 'dify'"),
      plugins: await this.plugins("SELECT word FROM kept"),
      redis: await dify.redis("GET", "kept"),
      bucket: await dify.bucket("mc cat s/dify/kept"),
      files: await Promise.all(FILES.map(([service, file]) => dify.inside(service, "cat", file))),
      webui: await this.webui(
        'print(d.execute("SELECT word FROM kept").fetchall(), d.execute("PRAGMA integrity_check").fetchall())',
      ),
      workspace: fs.readFileSync(path.join(stack.dataDir, "workspace/kept.txt"), "utf8"),
      graph: graph.includes('"kept"') && graph.includes("here"),
      secrets: this.secrets(),
    };
  }

  /** Value of each generated secret. */
  private secrets(): Record<string, string> {
    const names = fs.readdirSync(path.join(this.stack.dataDir, "secrets"), { withFileTypes: true });
    const made = names.filter(
      (one) => one.isDirectory() && fs.existsSync(path.join(one.parentPath, one.name, "value")),
    );
    return Object.fromEntries(made.map(({ name }) => [name, this.dify.secret(name)]));
  }

  private plugins(sql: string): Promise<string> {
    const socket = ["-h", "/var/run/postgresql", "-U", "postgres", "-d", "dify_plugin"];
    return this.dify.inside("dify-postgres", "psql", ...socket, "-Atc", sql);
  }

  private webui(statements: string): Promise<string> {
    return this.dify.inside("open-webui", "python3", "-c", SQLITE(statements));
  }
}

/** What every stack with it all finds, but for the secrets. */
export const ALL_THERE = {
  database: "here|[1,2,3]",
  rights: "t",
  closed: "t",
  plugins: "here",
  redis: "here",
  bucket: "here",
  files: ["here", "here"],
  webui: "[('here',)] [('ok',)]",
  workspace: "here",
  graph: true,
};
