/** Where Dify's secrets are not, and what they do not open; a part of dify.test.ts. */
import fs from "node:fs";
import path from "node:path";
import type { DifyStack } from "../../support/dify-stack";
import { stateFiles } from "../../support/stack";

/** Those of Dify, and the one that the stack puts out. */
const OURS = /^(dify|minio)-|^llm-master-key$/;

/** Command lines of every process of this machine, those in containers included. */
function commandLines(): string[] {
  const processes = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.flatMap((id) => {
    try {
      return [fs.readFileSync(`/proc/${id}/cmdline`, "utf8")];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/** Declares the tests; `shown` is what updates and previews said. */
export function secretTests(dify: () => DifyStack, shown: readonly string[]): void {
  const secrets = (): string[] =>
    fs
      .readdirSync(path.join(dify().stack.dataDir, "secrets"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && OURS.test(entry.name))
      .map(({ name }) => dify().secret(name));

  it("are in no description of a container, no log, no output of an update, and not in the state", async () => {
    const { stack } = dify();
    const values = secrets();
    expect(values).toHaveLength(11);
    for (const { Id } of await stack.containers()) {
      const container = stack.docker.getContainer(Id);
      const described = JSON.stringify(await container.inspect());
      const log = (await container.logs({ stdout: true, stderr: true })).toString();
      expect(values.filter((value) => described.includes(value) || log.includes(value))).toEqual([]);
    }
    for (const text of [...shown, ...stateFiles(stack)])
      expect(values.filter((value) => text.includes(value))).toEqual([]);
  });

  it("are on no command line", () => {
    const lines = commandLines().join("\n");
    // Control: the containers' processes are seen from here.
    expect(lines).toMatch(/redis-server/);
    expect(secrets().filter((value) => lines.includes(value))).toEqual([]);
  });

  it("open the bucket to Dify's user alone, and nothing else of MinIO to it", async () => {
    const script = `export MC_HOST_s=http://dify:${dify().secret("minio-dify-password")}@127.0.0.1:9000
      mc ls s/dify >/dev/null && echo bucket; mc admin info s >/dev/null 2>&1 || echo refused; mc mb s/other >/dev/null 2>&1 || echo refused
      export MC_HOST_t=http://minioadmin:minioadmin@127.0.0.1:9000; mc ls t >/dev/null 2>&1 || echo refused`;
    expect(await dify().inside("minio", "sh", "-c", script)).toBe("bucket\nrefused\nrefused\nrefused");
  });
}
