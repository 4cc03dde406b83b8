import type { OfferedServer } from "../../../services/catalog/gateway-catalog";
import type { CatalogServer } from "../../../services/catalog/model";
import { serverServices, type ImageStart } from "../../../services/catalog/server-service";
import type { ServiceSpec } from "../../../services/spec";

const STARTS: Record<string, ImageStart> = {
  "mcp-files": { entrypoint: ["node", "it's.js"], command: [] },
  hub: { entrypoint: ["/hub"], command: ["stdio"] },
  unknown: { entrypoint: null, command: [] },
};
const settings = {
  dataVolumes: { "p-s-workspace": "workspace", "p-s-memory": "memory" },
  start: (image: string) => STARTS[image] ?? { entrypoint: null, command: [] },
};

const offered = (more: Partial<OfferedServer> = {}, server: Partial<CatalogServer> = {}): OfferedServer => ({
  name: "files",
  enabled: true,
  server: { type: "server", image: "mcp/files@sha256:1", ...server },
  imageName: "mcp-files",
  image: "mcp-gateway-stack/mcp-files:1",
  command: ["/workspace"],
  environment: {},
  volumes: ["p-s-workspace:/workspace:nocopy", "p-s-memory:/data:ro"],
  ...more,
});

function specOf(server: OfferedServer): ServiceSpec {
  const { specs, faults } = serverServices([server], settings);
  if (specs[0] === undefined) throw new Error(faults.join("\n"));
  return specs[0];
}
const script = (server: OfferedServer, name: string): string =>
  specOf(server).files.flatMap(({ files }) => files.filter(({ path }) => path === name))[0]?.content ?? "";

describe("a catalog server as a service", () => {
  it("is found by the gateway's static mode, with image, data, user and limits", () => {
    expect(specOf(offered({ user: "1000:1000" }))).toMatchObject({
      name: "mcp-files",
      image: "mcp-files",
      user: "1000:1000",
      ports: [],
      mounts: [
        { kind: "data", path: "workspace", target: "/workspace" },
        { kind: "data", path: "memory", target: "/data", readOnly: true },
        { kind: "data", path: "mcp-bridge", target: "/opt/mcp-bridge", readOnly: true },
      ],
      secrets: [],
      cpus: 1,
      memoryMiB: 2048,
      capabilities: [],
    });
    expect(script(offered(), "listen.sh")).toContain(" TCP4-LISTEN:4444,fork,");
  });

  it("starts the image's entry point with the server's arguments, or the image's own", () => {
    expect(script(offered(), "serve.sh")).toContain(`\nset -- 'node' 'it'\\''s.js' '/workspace'\n`);
    expect(script(offered({ imageName: "hub", command: [] }), "serve.sh")).toContain("\nset -- '/hub' 'stdio'\n");
    expect(script(offered({ imageName: "hub" }), "serve.sh")).toContain("\nset -- '/hub' '/workspace'\n");
  });

  it("says when the image has no such program", () => {
    expect(script(offered({ imageName: "hub" }), "listen.sh")).toContain("the image has no /hub;");
  });

  it("without a network is with the gateway alone, and asks for no names outside", () => {
    expect(specOf(offered({}, { disableNetwork: true }))).toMatchObject({
      networks: ["mcp-servers"],
      outsideNames: false,
    });
  });

  it("otherwise reaches the internet by another network", () => {
    const spec = specOf(offered());
    expect(spec.networks).toEqual(["mcp-servers", "mcp-outside"]);
    expect(spec.outsideNames).toBeUndefined();
  });

  it("gets host paths as the gateway mounts them: read-only unless for writing", () => {
    const mounts = specOf(offered({ volumes: ["/tmp/a:/a", "/tmp/b:/b:ro", "/srv/c:/c:rw"] })).mounts.slice(0, 3);
    expect(mounts).toEqual([
      { kind: "host", path: "/tmp/a", target: "/a", readOnly: true },
      { kind: "host", path: "/tmp/b", target: "/b", readOnly: true },
      { kind: "host", path: "/srv/c", target: "/c", readOnly: false },
    ]);
  });
});

describe("variables of a catalog server", () => {
  const secrets = [{ name: "hub.token", env: "TOKEN" }];
  const env = [
    { name: "ZONE", value: "{{files.zone}}" },
    { name: "EMPTY", value: "$NOBODY" },
    { name: "PLAIN", value: "a" },
    { name: "HEADER", value: "Bearer ${TOKEN}" },
    { name: "BOTH", value: "$HEADER$PLAIN$HOME" },
    { name: "LITERAL", value: "{{files.zone}}$TOKEN" },
  ];
  const server = offered(
    { environment: { ZONE: "UTC", LITERAL: "UTC$TOKEN" }, command: ["--token=$TOKEN"], volumes: [] },
    { secrets, env },
  );

  it("are in the container's description when no secret is in them, and left out when empty", () => {
    expect(specOf(server).environment).toEqual({ ZONE: "UTC", PLAIN: "a", LITERAL: "UTC$TOKEN" });
  });

  it("are made where the server starts when one is", () => {
    const text = script(server, "serve.sh");
    expect(text).toContain("TOKEN=$(secret 'hub.token'); export TOKEN\n");
    expect(text).toContain(`HEADER='Bearer '"\${TOKEN}"; export HEADER\nBOTH="\${HEADER}""\${PLAIN}"; export BOTH\n`);
    expect(text).toContain(`set -- 'node' 'it'\\''s.js' '--token='"\${TOKEN}"\n`);
  });

  it("come from a file with the secrets of this server alone", () => {
    expect(specOf(server).secrets).toEqual([{ secret: "mcp-files-env", target: "/run/secrets/mcp-files-env" }]);
    expect(script(server, "serve.sh")).toContain("done < /run/secrets/mcp-files-env/.env\n");
  });
});

describe("catalog servers as services", () => {
  it("are those that are enabled and not remote", () => {
    const remote = offered({ name: "far" }, { type: "remote" });
    const { specs, faults } = serverServices([offered(), remote, offered({ name: "off", enabled: false })], settings);
    expect(specs.map(({ name }) => name)).toEqual(["mcp-files"]);
    expect(faults).toEqual([]);
  });

  it.each<[string, OfferedServer, string]>([
    ["an image of the user's own", offered({ imageName: undefined }), "its image is not in catalogs/images.yaml, so"],
    ["an entry point that nobody knows", offered({ imageName: "unknown" }), "has no entrypoint of unknown; look it up"],
    ["a volume that is not the stack's", offered({ volumes: ["own:/data"] }), 'volume "own:/data" is neither'],
    ["a volume without a name", offered({ volumes: ["/data"] }), 'volume "/data" is neither'],
    ["extraHosts", offered({}, { extraHosts: ["a:10.0.0.1"] }), "extraHosts is for the gateway alone"],
    ["a name of the stack's own", offered({ name: "router" }), "mcp-router is a service of the stack"],
  ])("refuse %s by name", (_what, server, reason) => {
    const { specs, faults } = serverServices([server], settings, ["mcp-router"]);
    expect(specs).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`servers: "${server.name}" cannot run in gatewayMode static: `);
    expect(faults[0]).toContain(reason);
  });
});
