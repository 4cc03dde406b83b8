import fs from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { readLock } from "../../../engines/images/lock";
import { PROJECT_ROOT } from "../../../engines/project-root";
import { secretNamesOf } from "../../../engines/files/user-secrets";
import { gatewayCatalog, type CatalogSettings } from "../../../services/catalog/gateway-catalog";
import { SOURCE_FILES, type CatalogSources } from "../../../services/catalog/model";
import type { CatalogImages } from "../../../services/catalog/validate";

const SETS = path.join(__dirname, "..", "..", "catalog");
const PINNED = `sha256:${"1".repeat(64)}`;

/** A small lock: time is pulled and built, everything only built, duckduckgo only pulled. */
const PULLED: Record<string, string> = {
  "mcp-time": `docker.io/mcp/time@${PINNED}`,
  duckduckgo: `docker.io/mcp/duckduckgo@${PINNED}`,
};
const BUILT = ["mcp-time", "mcp-everything"];

const images = (source: string, mirror = "docker.io"): CatalogImages => ({
  known: (name) => BUILT.includes(name) || name in PULLED,
  pinned: (name) => PULLED[name],
  reference: (name) => {
    const pulled = PULLED[name]?.replace("docker.io", mirror);
    const found = source === "build" ? (BUILT.includes(name) ? `mcp-gateway-stack/${name}:0123` : undefined) : pulled;
    if (found !== undefined) return found;
    throw new Error(`image "${name}" cannot be had by ${source}; set imageSource to the other`);
  },
});

const values = { workspaceVolume: "p-s-workspace", memoryVolume: "p-s-memory", dataUser: "1000:1000" };

const readSources = (directory: string): CatalogSources => {
  const read = (file: string): string | undefined => {
    const full = path.join(directory, path.relative("docker/mcp-gateway", file));
    return fs.existsSync(full) ? fs.readFileSync(full, "utf8") : undefined;
  };
  const { catalog, registry, config, tools } = SOURCE_FILES;
  return { catalog: read(catalog), registry: read(registry), config: read(config), tools: read(tools) };
};

interface StackFile {
  readonly servers: string[] | "all";
  readonly imageSource?: string;
  readonly environment?: Record<string, string>;
  readonly secretsFile?: string;
}

const settingsOf = (directory: string): CatalogSettings => {
  const stack = parseYaml(fs.readFileSync(path.join(directory, "stack.yaml"), "utf8")) as StackFile;
  return {
    sources: readSources(directory),
    servers: stack.servers,
    images: images(stack.imageSource ?? "pull"),
    secretNames: secretNamesOf(stack.secretsFile ?? ""),
    values,
    environment: stack.environment ?? {},
    dynamicTools: false,
  };
};

const sets = (kind: "valid" | "invalid"): [string, string][] =>
  fs.readdirSync(path.join(SETS, kind)).map((name) => [name, path.join(SETS, kind, name)]);

const shipped = (more: Partial<CatalogSettings> = {}): CatalogSettings => {
  const lock = readLock();
  return {
    sources: readSources(path.join(PROJECT_ROOT, "docker", "mcp-gateway")),
    servers: ["time", "filesystem", "git", "memory"],
    images: {
      known: (name) => name in lock,
      pinned: (name) => lock[name]?.pull?.reference,
      reference: (name) => lock[name]?.pull?.reference ?? `mcp-gateway-stack/${name}:0123`,
    },
    secretNames: [],
    values,
    environment: {},
    dynamicTools: false,
    ...more,
  };
};

const rendered = (settings: CatalogSettings) => {
  const { catalog, faults } = gatewayCatalog(settings);
  if (catalog === undefined) throw new Error(faults.join("\n"));
  return {
    ...catalog,
    registry: parsed(catalog.files.registry).registry,
    served: parsed(catalog.files.catalog).registry,
  };
};

const parsed = (text: string) => parseYaml(text) as { registry: Record<string, Record<string, unknown>> };

describe("a set of catalog files", () => {
  it.each(sets("invalid"))("%s is refused with exactly its messages", (_name, directory) => {
    const expected = fs.readFileSync(path.join(directory, "expect.txt"), "utf8").trimEnd().split("\n");
    expect(gatewayCatalog(settingsOf(directory))).toEqual({ catalog: undefined, faults: expected });
  });

  it.each(sets("valid"))("%s has no fault", (_name, directory) => {
    expect(gatewayCatalog(settingsOf(directory)).faults).toEqual([]);
  });
});

describe("rendering", () => {
  const minimal = (more: Partial<CatalogSettings>): CatalogSettings => ({
    ...settingsOf(path.join(SETS, "valid", "own-image")),
    ...more,
  });

  it("holds the enabled servers and nothing of the others", () => {
    const { served, registry } = rendered(minimal({ servers: ["mine"] }));
    expect(Object.keys(served)).toEqual(["mine"]);
    expect(registry).toEqual({ mine: { ref: "" } });
  });

  it.each([
    ["pull", images("pull"), `mcp/time@${PINNED}`, true],
    ["a mirror", images("pull", "127.0.0.1:5000/hub"), `127.0.0.1:5000/hub/mcp/time@${PINNED}`, false],
    ["build", images("build"), "mcp-gateway-stack/mcp-time:0123", false],
  ])(
    "names images as the engine has them, and verifies signatures of Docker Hub's only: %s",
    (_name, source, image, verifySignatures) => {
      const catalog = rendered(minimal({ servers: ["time"], images: source }));
      expect(catalog.served).toEqual({ time: { type: "server", image } });
      expect(catalog).toMatchObject({ verifySignatures, images: ["mcp-time"] });
    },
  );

  it("leaves an image of the user's own as it is, but for the tag that a digest makes void", () => {
    const { served, images: wanted } = rendered(minimal({ servers: ["mine"] }));
    expect(served["mine"]).toMatchObject({ image: `registry.lan:5000/team/mine@sha256:${"2".repeat(64)}` });
    expect(wanted).toEqual([]);
  });

  it("fills in the stack's volumes and user, and leaves the gateway's own gaps", () => {
    const { served } = rendered(shipped());
    expect(served).toMatchObject({
      time: { env: [{ name: "LOCAL_TIMEZONE", value: "{{time.timezone}}" }] },
      filesystem: { volumes: ["p-s-workspace:/workspace:nocopy"], user: "1000:1000" },
      git: { volumes: ["p-s-workspace:/workspace:nocopy"], user: "1000:1000" },
      memory: { volumes: ["p-s-memory:/data:nocopy"], user: "1000:1000" },
    });
  });

  it("passes on config and tools of the enabled servers only, a dotted name with its underscore", () => {
    const { files } = rendered(settingsOf(path.join(SETS, "valid", "templates")));
    expect(parseYaml(files.config)).toEqual({ my_files: { paths: ["/tmp/a", "/tmp/b"] } });
    expect(parseYaml(files.tools)).toEqual({ "my.files": ["read"] });
    expect(parseYaml(rendered(shipped({ servers: ["git"] })).files.config)).toEqual({});
  });

  it("asks for the secrets of the enabled servers", () => {
    expect(rendered(settingsOf(path.join(SETS, "valid", "secret"))).secretNames).toEqual(["hub.token"]);
  });

  it("offers clients that may add servers those that can run, and serves the enabled ones", () => {
    const { served, registry } = rendered(shipped({ servers: ["time"], dynamicTools: true }));
    expect(Object.keys(registry)).toEqual(["time"]);
    expect(Object.keys(served)).toEqual(expect.arrayContaining(["time", "fetch", "context7"]));
    expect(Object.keys(served)).not.toContain("github-official"); // its secret is missing
  });
});

describe("the files of the checkout", () => {
  const github = ["github.personal_access_token"];

  it("have no fault, whatever is enabled", () => {
    const lists = [
      ...Object.keys(parsed(shipped().sources.catalog ?? "").registry).map((name) => [name]),
      "all" as const,
    ];
    const faults = lists.flatMap((servers) => gatewayCatalog(shipped({ servers, secretNames: github })).faults);
    expect(faults).toEqual([]);
  });

  it("keep every server that is a container alive for a session", () => {
    const { served } = rendered(shipped({ servers: "all", secretNames: github }));
    const shortLived = Object.entries(served).filter(
      ([, server]) => server["type"] === "server" && server["longLived"] !== true,
    );
    expect(shortLived).toEqual([]);
  });

  it('do not serve the test server by "all"', () => {
    expect(Object.keys(rendered(shipped({ servers: "all", secretNames: github })).registry)).not.toContain(
      "everything",
    );
  });
});

test("names in a secrets file count when they have a value", () => {
  expect(secretNamesOf("# c\nA=1\r\nB=\nC= \n#D=1\nx.y=a=b\nnonsense\n")).toEqual(["A", "x.y"]);
});
