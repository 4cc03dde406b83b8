/** PostgreSQL whose disk fills up while it writes: what was committed stays, and it is well again once there is room. */
import { eventually } from "../../../support/eventually";
import { runInside } from "../../../support/inside";
import { smallDisk, type SmallDisk } from "../../../support/small-disk";
import { createStack, type TestStack, idsByService } from "../../../support/stack";

jest.setTimeout(600_000);

/** The database takes 40 MiB when it is new; MinIO refuses to write on less than some hundred. */
const DISK_MIB = 1000;

let disk: SmallDisk;
let stack: TestStack;
beforeAll(async () => {
  disk = smallDisk(DISK_MIB);
  stack = await createStack({ servers: "time", bundles: "dify" }, { parent: disk.directory, prefix: "pg-full" });
  await stack.succeed("up");
});
afterAll(async () => {
  await stack?.remove();
  disk?.remove();
});

async function sql(text: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const id = (await idsByService(stack))["dify-postgres"] ?? "";
  return runInside(stack.docker.getContainer(id), ["psql", "-U", "dify", "-d", "dify", "-Atc", text]);
}

describe("a disk that is full while PostgreSQL writes", () => {
  it("fails the statement, which names the disk, and loses nothing that was committed", async () => {
    expect(await sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")).toMatchObject({ code: 0 });
    disk.fill();
    const filling = "CREATE TABLE filling AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 2000000) AS n";
    const { code, output } = await sql(filling);
    expect(code).not.toBe(0);
    expect(output).toMatch(/No space left on device|server closed the connection|terminating connection/);
  });

  it("makes a plain up refuse, by the name of the disk", async () => {
    const { code, output } = await stack.run("up");
    expect(code).toBe(1);
    expect(output).toMatch(/Nothing was changed: .* is on a disk with \d+ MiB of free space, and an update needs 50/);
  });

  it("is over when there is room: a plain up heals, and the data is there", async () => {
    disk.free();
    await stack.succeed("up");
    await eventually(async () => expect(await sql("SELECT count(*) FROM kept")).toEqual({ code: 0, output: "1000\n" }));
    expect(await sql("CREATE TABLE after AS SELECT 1 AS n")).toMatchObject({ code: 0 });
    await stack.succeed("mcp-status");
  });
});
