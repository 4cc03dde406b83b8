import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stackCompose, writeFiles } from "../../commands/export-compose";
import { secretDirectory, sha256 } from "../../engines/files/layout";
import { SIGN_IN_SCRIPT } from "../../services/sign-in-script";
import { planStack } from "../../stack";
import { configOf } from "../support/config";

interface Service {
  readonly volumes: readonly { readonly source: string; readonly target: string }[];
}

let dataDir = "";
beforeEach(() => (dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "export-compose-"))));
afterEach(() => fs.rmSync(dataDir, { recursive: true }));

/** Writes the files of a core with this `auth`; what compose mounts in mcp-router, by its place there. */
async function exported(
  auth: string,
): Promise<{ readonly text: string; readonly mounted: Readonly<Record<string, string>> }> {
  const set = { auth, dataDir, imageSource: "build", servers: "time", secretsFile: path.join(dataDir, "env") };
  const config = configOf(set);
  const { plan } = planStack(config);
  if (plan === undefined) throw new Error("the config has faults");
  await writeFiles(config, { plan, owner: { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" } });
  const file = stackCompose(config, plan, { engineSocket: "/run/engine.sock" });
  const { services } = file as { services: Record<string, Service> };
  const mounts = (services["mcp-router"]?.volumes ?? []).map(({ source, target }) => [
    target,
    source.replace(/^\$\{DATA_DIR:-[^}]+\}/, dataDir),
  ]);
  return { text: JSON.stringify(file), mounted: Object.fromEntries(mounts) as Record<string, string> };
}

const read = (...parts: string[]): string => fs.readFileSync(path.join(...parts), "utf8");

it.each(["token", "basic"])("with auth %s the router has the script and the digests that it asks for", async (auth) => {
  const { text, mounted } = await exported(auth);
  expect(read(mounted["/etc/mcp-router"] ?? "", "sign-in.js")).toBe(SIGN_IN_SCRIPT);
  const digests = mounted["/run/secrets/mcp-access"] ?? "";
  expect(digests).toBe(secretDirectory(dataDir, "mcp-access"));
  const [own, services] = ["mcp-token", "mcp-services-token"].map((name) =>
    read(secretDirectory(dataDir, name), "value"),
  );
  expect(read(digests, "tokens")).toBe(`default ${sha256(own ?? "")}\nservices ${sha256(services ?? "")}\n`);
  expect(read(digests, "users")).toMatch(/^default:\{SSHA\}.+\n$/);
  for (const token of [own, services]) expect(text).not.toContain(token);
});

it("with auth none the router has neither", async () => {
  const { mounted } = await exported("none");
  expect(fs.readdirSync(mounted["/etc/mcp-router"] ?? "").sort()).toEqual(["nginx.conf", "start.sh"]);
  expect(Object.keys(mounted)).not.toContain("/run/secrets/mcp-access");
});

it("a second export leaves secrets and digests as they are", async () => {
  const files = () => ["mcp-access/tokens", "mcp-access/place"].map((file) => read(dataDir, "secrets", file));
  await exported("token");
  const before = files();
  await exported("token");
  expect(files()).toEqual(before);
});
