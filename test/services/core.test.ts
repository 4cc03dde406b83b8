import { withWayOut } from "../../services/spec";
import { SERVICES } from "../../config";
import type { GatewayCatalog } from "../../services/catalog/gateway-catalog";
import { coreServices } from "../../services/core";
import { PATH_ROUTES, ROUTER } from "../../services/routes";
import type { ServiceSpec } from "../../services/spec";
import { planStack } from "../../stack";
import { configOf, OIDC } from "../support/config";

const catalog: GatewayCatalog = {
  servers: [],
  files: { catalog: "C", registry: "R", config: "K", tools: "T" },
  images: [],
  secretNames: [],
  verifySignatures: false,
};

const core = (set: Record<string, string> = {}) =>
  coreServices(configOf(set), { catalog, serverLabels: { "mcp-stack.stack": "dev" }, servers: [] });
const specs = (set: Record<string, string> = {}): ServiceSpec[] => Object.values(core(set)) as ServiceSpec[];

describe("the core", () => {
  it.each(["ai", "dify", "ai,dify", "full"])(
    "is the same, byte for byte, with the bundles %s as without any",
    (bundles) => {
      expect(JSON.stringify(core({ bundles }))).toBe(JSON.stringify(core()));
    },
  );

  it("is the same, byte for byte, in everything that is planned from this checkout, with all bundles as without any", () => {
    const planned = (bundles: string) => planStack(configOf({ bundles, imageSource: "build" })).plan?.core;
    expect(planned("")).toBeDefined();
    expect(JSON.stringify(planned("full"))).toBe(JSON.stringify(planned("")));
  });

  it("and the bundles are the services that overrides may name", () => {
    const plan = planStack(configOf({ bundles: "full", imageSource: "build", ...OIDC })).plan;
    const all: ServiceSpec[] = Object.values({ ...plan?.core, ...plan?.ai?.services, ...plan?.dify?.services });
    expect(all.map(({ name }) => name).sort()).toEqual([...SERVICES].sort());
  });

  it("listens where the routes lead to", () => {
    const ports = Object.fromEntries(specs().map(({ name, port }) => [name, port]));
    const routes = [ROUTER, ...PATH_ROUTES];
    expect(routes.filter(({ service, port }) => ports[service] !== port)).toEqual([]);
  });

  it.each(specs().map(({ name }) => name))("applies the override of %s, and to no other service", (name) => {
    const overridden = specs({ overrides: JSON.stringify({ [name]: { memoryMiB: 99, hostPort: 9000 } }) });
    const expected = specs().map((spec) =>
      spec.name === name
        ? {
            ...spec,
            memoryMiB: 99,
            ports: [...spec.ports, { container: spec.port, host: 9000, address: "127.0.0.1" }],
            networks: withWayOut(spec.networks),
          }
        : spec,
    );
    expect(overridden).toEqual(expected);
  });

  it("publishes the ingress and nothing else", () => {
    expect(
      specs()
        .filter(({ ports }) => ports.length > 0)
        .map(({ name }) => name),
    ).toEqual(["traefik"]);
  });

  it.each(specs().map((spec) => [spec.name, spec] as const))(
    "%s has a read-only root, a memory limit, and times to start and stop",
    (_name, spec) => {
      expect(spec.readOnlyRoot).toBe(true);
      expect(Math.min(spec.memoryMiB, spec.startSeconds, spec.stopSeconds)).toBeGreaterThan(0);
    },
  );

  it.each([
    ["static", []],
    ["socket", ["mcp-gateway"]],
  ])("with gatewayMode %s gives the engine's socket to %j", (gatewayMode, names) => {
    const withSocket = specs({ gatewayMode }).filter(({ mounts }) =>
      mounts.some(({ kind }) => kind === "engine-socket"),
    );
    expect(withSocket.map(({ name }) => name)).toEqual(names);
  });
});
