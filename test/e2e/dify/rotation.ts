/** New values of secrets: what uses them is replaced, nothing else is, and no data is lost; a part of dify.test.ts. */
import type { DifyStack } from "../../support/dify-stack";

const BACKEND = ["dify-api", "dify-worker", "dify-worker-beat"];

/** Secrets, and the services that mount them. */
const ROTATED: readonly [readonly string[], readonly string[]][] = [
  [
    ["dify-database-password", "dify-redis-password", "minio-dify-password"],
    [...BACKEND, "dify-plugin-daemon", "dify-redis"],
  ],
  [
    ["dify-database-root-password", "minio-root-password"],
    ["dify-postgres", "minio"],
  ],
];

/** Declares the tests; `kept` gives what is in every store. */
export function rotationTests(dify: () => DifyStack, kept: () => Promise<string[]>): void {
  it.each(ROTATED)("of %j: what uses them is replaced, the stores hold what they held", async (names, users) => {
    const values = (): string[] => names.map((name) => dify().secret(name));
    const [before, data, old] = [await dify().ids(), await kept(), values()];
    const { output } = await dify().stack.succeed("secrets", "rotate", ...names);
    expect(values().filter((value) => old.includes(value))).toEqual([]);
    for (const value of [...old, ...values()]) expect(output).not.toContain(value);
    const after = await dify().ids();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    const replaced = Object.keys(after).filter((service) => after[service] !== before[service]);
    expect(replaced.sort()).toEqual([...users].sort());
    await dify().works();
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
