/** dify-postgres where the published image of pgvector is expected: first start, users, clean shutdown, and what it refuses. */
import { Bench, docker, ended, ensureImages, secret, type Outcome } from "../support/dify-bench";
import { startPostgres, type Environment } from "../support/dify-services";
import { eventually } from "../support/eventually";

// Building the image from nothing takes most of it.
jest.setTimeout(5 * 60_000);

const bench = new Bench();

beforeAll(async () => {
  ensureImages("dify-postgres");
  await bench.start();
});
afterAll(() => bench.stop());

describe("dify-postgres", () => {
  it("keeps its data over a clean shutdown and runs the scripts once", async () => {
    const postgres = await startPostgres(bench, secret());
    const sql = (text: string): Promise<Outcome> =>
      docker("exec", postgres, "psql", "-h", "db", "-U", "dify", "-d", "dify", "-Atc", text);
    expect((await sql("SELECT 1")).output).toContain("fe_sendauth: no password supplied");
    const local = ["exec", postgres, "psql", "-U", "dify", "-d", "dify", "-Atc"];
    expect(await docker(...local, "INSERT INTO made_once VALUES (7)")).toEqual({ code: 0, output: "INSERT 0 1\n" });

    await docker("stop", "--time", "30", postgres);
    const log = (await docker("logs", postgres)).output;
    expect(log).toContain("received fast shutdown request");
    expect(log.trimEnd()).toMatch(/database system is shut down$/);

    await docker("start", postgres);
    const kept = [...local, "SELECT n FROM made_once"];
    await eventually(async () => expect(await docker(...kept)).toEqual({ code: 0, output: "7\n" }));
    expect((await docker("logs", postgres)).output.match(/running .*init\.sql/g)).toHaveLength(1);
  });

  it("takes over a directory of root's and drops to 999", async () => {
    const options = ["--tmpfs", "/var/lib/postgresql/data:uid=0"];
    const container = await bench.run("dify-postgres", "root", {
      networks: [],
      env: { POSTGRES_PASSWORD: "x" },
      options,
    });
    // By TCP, where the server that sets the database up does not listen yet: until its end, the shell before it has the password.
    const listens = ["pg_isready", "-h", "127.0.0.1", "-U", "postgres"];
    await eventually(async () => expect((await docker("exec", container, ...listens)).code).toBe(0));
    const ask = ["psql", "-U", "postgres", "-Atc", "SELECT pg_backend_pid() > 1"];
    await eventually(async () => expect(await docker("exec", container, ...ask)).toEqual({ code: 0, output: "t\n" }));
    expect(
      (await docker("exec", container, "stat", "-c", "%u:%g %a", "/var/lib/postgresql/data", "/proc/1")).output,
    ).toBe("999:999 700\n999:999 555\n");
    expect((await docker("exec", container, "cat", "/proc/1/environ")).output).not.toContain("POSTGRES_PASSWORD");
  });

  it.each<[string, Environment, RegExp]>([
    ["no password", {}, /there is no database in \/var\/lib\/postgresql\/data; set POSTGRES_PASSWORD_FILE to make one/],
    [
      "a file that is missing",
      { POSTGRES_PASSWORD_FILE: "/none" },
      /POSTGRES_PASSWORD_FILE names \/none, which cannot be read/,
    ],
  ])("refuses to start with %s", async (_, given, message) => {
    const { code, output } = await ended(await bench.run("dify-postgres", "refused", { networks: [], env: given }));
    expect(code).toBe(1);
    expect(output).toMatch(message);
  });

  it("refuses a directory whose first start was interrupted by a script that fails", async () => {
    bench.file("fails.sh", "exit 3\n");
    const script = `${bench.files}/fails.sh:/docker-entrypoint-initdb.d/fails.sh:ro`;
    const options = ["--volume", script];
    const container = await bench.run("dify-postgres", "half", {
      networks: [],
      env: { POSTGRES_PASSWORD: "x" },
      options,
    });
    expect((await ended(container)).code).not.toBe(0);
    await docker("start", container);
    const { code, output } = await ended(container);
    expect(code).toBe(1);
    expect(output).toMatch(
      /making the database in \/var\/lib\/postgresql\/data was interrupted before anybody used it/,
    );
  });
});
