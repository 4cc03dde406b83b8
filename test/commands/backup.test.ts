import type Docker from "dockerode";
import { changedImages } from "../../commands/backup/before-up";
import { archiveName, keyFile, outdated } from "../../commands/backup/places";
import { findWriters } from "../../commands/backup/source";
import { configHere, configOf as archivedConfig } from "../../commands/restore/target";
import { planStack, servicesOf, type StackPlan } from "../../stack";
import { configOf } from "../support/config";

describe("archives that up made", () => {
  const made = Array.from({ length: 7 }, (_one, day) => archiveName("dev", new Date(Date.UTC(2026, 0, day + 1)), true));

  it("are removed but for the last five; others' and those of the user stay", () => {
    const others = [archiveName("dev", new Date(0), false), archiveName("dev-2", new Date(0), true), "dev-notes.txt"];
    expect(outdated([...others, ...made].reverse(), "dev")).toEqual(made.slice(0, 2));
    expect(outdated(made.slice(2), "dev")).toEqual([]);
  });

  it("have names without colons", () => expect(made[0]).toBe("dev-2026-01-01T00-00-00Z-before-up.tar.gz.age"));
});

it("the key is the one that is named, by option before variable", () => {
  expect(keyFile("/a", { MCP_BACKUP_KEY_FILE: "/b" })).toBe("/a");
  expect(keyFile(undefined, { MCP_BACKUP_KEY_FILE: "/b" })).toBe("/b");
  expect(keyFile(undefined, { MCP_BACKUP_KEY_FILE: "" })).toMatch(/\/\.state\/backup\.key$/);
});

describe("services with data", () => {
  const config = configOf({ imageSource: "build", secretsFile: "/none", bundles: "dify", dataDir: "/d" });
  const wsl = { Source: "/run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/9c20", RW: true };
  const engine = (Destination: string): Docker => {
    const Labels = { "mcp-stack.service": "dify-postgres" };
    const postgres = { Id: "1", Image: "postgres", State: "running", Labels, Mounts: [{ ...wsl, Destination }] };
    const listContainers = ({ filters }: { filters: { label: string[] } }) =>
      Promise.resolve(filters.label.some((label) => label.startsWith("mcp-stack.backup")) ? [] : [postgres]);
    return { listContainers } as unknown as Docker;
  };

  it("are found by what is planned where the engine does not tell a path of this machine", async () => {
    const found = await findWriters(engine("/var/lib/postgresql/data"), config);
    expect(found.map(({ service, paths }) => [service, paths])).toEqual([["dify-postgres", ["dify/postgres"]]]);
  });

  it("are not copied while a database writes that nobody knows how to dump", async () => {
    await expect(findWriters(engine("/elsewhere"), config)).rejects.toThrow(/^dify-postgres runs, and the engine/);
  });
});

describe("images that an update changes", () => {
  const { plan } = planStack(configOf({ imageSource: "build", secretsFile: "/none", bundles: "ai,dify" }));
  const running = (changed: readonly string[]): Map<string, string> =>
    new Map(
      servicesOf(plan as StackPlan).map(({ name, image }) => [
        name,
        changed.includes(name) ? "old:1" : (plan as StackPlan).reference(image),
      ]),
    );
  const names = (changed: readonly string[]) =>
    changedImages(plan as StackPlan, running(changed)).map(({ service }) => service);

  it("count where the service writes data", () => {
    expect(names([])).toEqual([]);
    const stores = ["mcp-filesystem", "mcp-memory", "open-webui", "dify-api", "dify-postgres", "dify-redis", "minio"];
    expect(names(stores).sort()).toEqual([...stores].sort());
  });

  it("do not count where it has none, only reads, or is not there yet", () => {
    expect(names(["traefik", "mcp-router", "mcp-time", "llama-cpp", "dify-web", "dify-sandbox"])).toEqual([]);
    expect(changedImages(plan as StackPlan, new Map())).toEqual([]);
  });
});

describe("the config of an archive", () => {
  const ARCHIVED =
    'encryptionsalt: v1:old\nconfig:\n  mcp-gateway-stack:httpPort: "9000"\n  mcp-gateway-stack:dataDir: /old\n';

  it("keeps the salt of this machine's passphrase, not the other's", () => {
    expect(configHere(ARCHIVED, "encryptionsalt: v1:new\nconfig: {}\n", undefined)).toBe(
      ARCHIVED.replace("old", "new"),
    );
    expect(configHere(ARCHIVED, undefined, undefined)).not.toContain("encryptionsalt");
  });

  it("has no secret that the other machine's passphrase encrypts; their values come with the archive", () => {
    const archived = `${ARCHIVED}  mcp-gateway-stack:secrets:\n    A_KEY:\n      secure: v1:8mzuZ3Yt4aZBxkZA:9sN0\n`;
    const text = configHere(archived, undefined, undefined);
    expect(text).not.toContain("secure");
    const { secrets } = archivedConfig("dev", text, { A_KEY: "x" });
    expect([secrets.names, secrets.values()]).toEqual([["A_KEY"], { A_KEY: "x" }]);
  });

  it("can have its data elsewhere", () => {
    const text = configHere(ARCHIVED, undefined, "/elsewhere");
    expect(archivedConfig("dev", text)).toMatchObject({ dataDir: "/elsewhere", backupDir: "/backups", httpPort: 9000 });
  });
});
