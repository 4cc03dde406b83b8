/** New values of secrets: what uses them is replaced, nothing else is, and no data is lost; a part of dify.test.ts. */
import type { DifyStack } from "../../support/dify-stack";

const BACKEND = ["dify-api", "dify-worker", "dify-worker-beat"];

/** Secret, and the services that mount it. */
const ROTATED: readonly [string, readonly string[]][] = [
  ["dify-database-password", [...BACKEND, "dify-plugin-daemon"]],
  ["dify-database-root-password", ["dify-postgres"]],
  ["dify-redis-password", [...BACKEND, "dify-plugin-daemon", "dify-redis"]],
  ["minio-root-password", ["minio"]],
  ["minio-dify-password", BACKEND],
];

/** Declares the tests; `kept` gives what is in every store. */
export function rotationTests(dify: () => DifyStack, kept: () => Promise<string[]>): void {
  it.each(ROTATED)("of %s: what uses it is replaced, the stores hold what they held", async (name, users) => {
    const [before, data, old] = [await dify().ids(), await kept(), dify().secret(name)];
    const { output } = await dify().stack.succeed("secrets", "rotate", name);
    expect(dify().secret(name)).not.toBe(old);
    for (const value of [old, dify().secret(name)]) expect(output).not.toContain(value);
    const after = await dify().ids();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    const replaced = Object.keys(after).filter((service) => after[service] !== before[service]);
    expect(replaced.sort()).toEqual([...users].sort());
    expect(await dify().ask("/v1/checks")).toMatchObject({ failed: {} });
    expect(await kept()).toEqual(data);
  });

  it("is what counts: the old password of the database opens nothing", async () => {
    const connect = (password: string): Promise<string> =>
      dify().inside("dify-postgres", "psql", `postgresql://dify:${password}@127.0.0.1/dify`, "-Atc", "SELECT 1");
    expect(await connect(dify().secret("dify-database-password"))).toBe("1");
    await expect(connect("x".repeat(43))).rejects.toThrow(/password authentication failed/);
  });

  it("is refused where something would be lost, and where there is no such secret", async () => {
    const { stack } = dify();
    const key = dify().secret("dify-secret-key");
    const refused = await stack.run("secrets", "rotate", "dify-secret-key");
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringContaining("dify-secret-key stays as it is: Dify encrypts with it"),
    ]);
    expect(dify().secret("dify-secret-key")).toBe(key);
    const unknown = await stack.run("secrets", "rotate", "dify-databse-password");
    expect([unknown.code, unknown.output]).toEqual([
      1,
      expect.stringContaining("did you mean dify-database-password?"),
    ]);
  });

  it("leaves nothing to do", async () => {
    expect((await dify().stack.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  });
}
