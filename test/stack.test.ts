import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { NO_SECRETS } from "../engines/files/user-secrets";
import { PROJECT_ROOT } from "../engines/project-root";
import { SOURCE_FILES, type SourceName } from "../services/catalog/model";
import { dataUser, planStack, type StackPlan } from "../stack";
import { configOf } from "./support/config";

const BUILD = { imageSource: "build", secretsFile: "/nowhere/.env" };
const DIGEST = `sha256:${"a".repeat(64)}`;

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-root-"));
  fs.cpSync(path.join(PROJECT_ROOT, "docker/mcp-gateway"), path.join(root, "docker/mcp-gateway"), { recursive: true });
});
afterEach(() => fs.rmSync(root, { recursive: true }));

/** Changes one of the gateway's files below `root`. */
function edit(file: SourceName, change: (text: string) => string): void {
  const at = path.join(root, SOURCE_FILES[file]);
  fs.writeFileSync(at, change(fs.readFileSync(at, "utf8")));
}

const plan = (set: Readonly<Record<string, string>> = {}): StackPlan => {
  const result = planStack(configOf({ ...BUILD, ...set }), root);
  if (result.plan === undefined) throw new Error(result.faults.join("\n"));
  return result.plan;
};
const faults = (set: Readonly<Record<string, string>> = {}): readonly string[] => {
  const result = planStack(configOf({ ...BUILD, ...set }), root);
  expect(result.plan).toBeUndefined();
  return result.faults;
};

describe("the plan of a stack", () => {
  it("has every image once, with the reference that it is run by", () => {
    const { images, reference } = plan({ servers: "time,memory" });
    const names = images.map(({ name }) => name);
    expect(names).toEqual(["traefik", "mcp-router", "mcp-gateway", "mcp-nixos", "mcp-time", "mcp-memory"]);
    expect(images).toEqual(names.map((name) => ({ name, reference: reference(name) })));
    expect(reference("traefik")).toMatch(/^mcp-gateway-stack\/traefik:[0-9a-f]{16}$/);
  });

  it("reads the gateway's files below the root that it is given", () => {
    edit("registry", () => 'registry:\n  time: { ref: "" }\n');
    expect(plan({ servers: "all" }).catalog.servers.map(({ name }) => name)).toEqual(["time"]);
  });

  it("names the volumes of the stack in the catalog", () => {
    const { catalog, volumes } = plan({ servers: "memory", gatewayMode: "socket" });
    expect(volumes.map(({ name }) => name)).toEqual(["workspace", "mcp-memory"]);
    expect(catalog.servers[0]?.volumes).toEqual(["mcp-gateway-stack-dev-mcp-memory:/data:nocopy"]);
  });

  describe("with a server that has a secret", () => {
    const secretsOf = (set: Record<string, string>) => {
      const secretsFile = path.join(root, "env");
      fs.writeFileSync(secretsFile, "github.personal_access_token=x\nOTHER=y\n");
      const imageDigests = `{"mcp-nixos":"${DIGEST}"}`;
      return plan({ imageSource: "pull", imageDigests, secretsFile, ...set }).secrets;
    };
    const copy = (name: string, ...names: string[]) => {
      const source = { file: path.join(root, "env"), config: NO_SECRETS };
      return { name, file: ".env", source, names };
    };

    it("copies it for that server alone, and makes the gateway's token", () => {
      const { generated, copied } = secretsOf({ servers: "time,github-official" });
      expect(generated.map(({ name }) => name)).toEqual(["gateway-token"]);
      expect(copied).toEqual([copy("gateway-env"), copy("mcp-github-official-env", "github.personal_access_token")]);
    });

    it("copies it for the gateway when that starts the server", () => {
      const gatewayMode = "socket";
      const { copied } = secretsOf({ gatewayMode, servers: "time,github-official" });
      expect(copied).toEqual([copy("gateway-env", "github.personal_access_token")]);
      expect(secretsOf({ gatewayMode, servers: "time" }).copied).toEqual([copy("gateway-env")]);
    });
  });

  it("has each enabled server as a service, and the gateway without the engine's socket", () => {
    const { servers, core, volumes: shared } = plan({ servers: "time,memory" });
    expect(servers?.specs.map(({ name }) => name)).toEqual(["mcp-time", "mcp-memory"]);
    expect(core.gateway.mounts.map(({ kind }) => kind)).not.toContain("engine-socket");
    expect(shared).toEqual([]);
  });

  it("gives a server the limits and variables that it is told", () => {
    const overrides = JSON.stringify({ "mcp-time": { memoryMiB: 64, environment: { A: "b" } } });
    const [time, memory] = plan({ servers: "time,memory", overrides }).servers?.specs ?? [];
    expect(time).toMatchObject({ memoryMiB: 64, environment: { A: "b", LOCAL_TIMEZONE: "UTC" } });
    expect(memory?.memoryMiB).toBe(2048);
  });

  it("has no server as a service where the gateway starts them", () => {
    const { servers, core } = plan({ gatewayMode: "socket", servers: "time,memory" });
    expect(servers).toBeUndefined();
    expect(core.gateway.mounts.map(({ kind }) => kind)).toContain("engine-socket");
  });

  it("marks what the gateway starts as the stack's", () => {
    expect(plan().serverLabels).toEqual({
      "mcp-stack.project": "mcp-gateway-stack",
      "mcp-stack.stack": "dev",
      "mcp-stack.service": "mcp-server",
    });
  });

  it("gives data directories to whoever runs Pulumi", () => {
    expect(dataUser()).toBe(`${process.getuid?.()}:${process.getgid?.()}`);
  });
});

describe("a stack that cannot be planned", () => {
  it("because the catalog is no YAML is told the place in the file", () => {
    edit("catalog", (text) => text.replace("registry:\n", "registry: [\n"));
    expect(faults()[0]).toMatch(
      /^docker\/mcp-gateway\/catalogs\/agent-hub\.yaml:\d+:\d+: is no YAML: .*; correct this line$/,
    );
  });

  it("because a file is missing is told which", () => {
    fs.rmSync(path.join(root, SOURCE_FILES.catalog));
    expect(faults()).toEqual([
      "docker/mcp-gateway/catalogs/agent-hub.yaml: is missing; restore it: git checkout docker/mcp-gateway/catalogs/agent-hub.yaml",
    ]);
  });

  it("because an image has no digest is told the server and the image", () => {
    edit("catalog", (text) => text.replace(/image: mcp\/time@\S+/, "image: mcp/time:latest"));
    expect(faults()).toEqual([
      'docker/mcp-gateway/catalogs/agent-hub.yaml: server "time": image: "mcp/time:latest" has no digest, so its content could change; write it as REPOSITORY@sha256:… with 64 hexadecimal digits',
    ]);
  });

  it("because of a registry entry that is not in the catalog is told the name and what there is", () => {
    edit("registry", (text) => `${text}  tiem: { ref: "" }\n`);
    const [fault, ...others] = faults();
    expect(fault).toMatch(
      /^docker\/mcp-gateway\/registry\/all\.yaml: "tiem" is not in docker\/mcp-gateway\/catalogs\/agent-hub\.yaml; remove it or correct the name \(it has time, fetch, /,
    );
    expect(others).toEqual([]);
  });

  it("because a server's secret is missing is told the server, the secret and the file", () => {
    expect(faults({ imageSource: "pull", servers: "github-official" })).toEqual([
      'servers: "github-official" is enabled, but its secret "github.personal_access_token" has no value; ' +
        "add the line github.personal_access_token=VALUE to the file of config secretsFile, or pulumi config set --secret --path " +
        `'secrets["github.personal_access_token"]', or leave github-official out of servers`,
    ]);
  });

  it("because clients would have the gateway start servers without the engine's socket is told both ways out", () => {
    expect(faults({ gatewayDynamicTools: "true" })).toEqual([
      'gatewayDynamicTools: "true" has the gateway start servers, for which it needs the engine\'s socket; pulumi config set gatewayMode socket, or gatewayDynamicTools false',
    ]);
  });

  it.each(["static", "socket"])(
    "because of limits for a server that it does not run (%s) is told which",
    (gatewayMode) => {
      const overrides = JSON.stringify({ "mcp-git": { memoryMiB: 64 } });
      expect(faults({ servers: "time", gatewayMode, overrides })).toEqual([
        `overrides.mcp-git: is of no catalog server that the stack runs with gatewayMode ${gatewayMode}; remove it: pulumi config rm --path overrides.mcp-git`,
      ]);
    },
  );

  it("because of several files is told all of it at once", () => {
    edit("catalog", (text) => text.replace(/image: mcp\/time@\S+/, "image: mcp/time:latest"));
    edit("tools", () => "tiem: []\n");
    expect(faults({ servers: "time,tiem" }).map((fault) => fault.slice(0, fault.indexOf(":")))).toEqual([
      "docker/mcp-gateway/catalogs/agent-hub.yaml",
      "docker/mcp-gateway/tools.yaml",
      "servers",
    ]);
  });

  it("because images have no digest to be pulled by is told each of them", () => {
    expect(faults({ imageSource: "pull", servers: "time" })).toEqual([
      expect.stringMatching(/^image "mcp-nixos" \(ghcr\.io\/utensils\/mcp-nixos:.*\) has no known digest: /),
    ]);
  });
});
