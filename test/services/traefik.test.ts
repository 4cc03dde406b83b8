import { parse } from "yaml";
import { traefikService } from "../../services/traefik";
import { dynamicConfig } from "../../services/traefik-dynamic";
import { configOf } from "../support/config";

const spec = (set: Record<string, string> = {}) => traefikService(configOf(set));

const textOf = (path: string, set: Record<string, string> = {}): string =>
  spec(set)
    .files.flatMap(({ files }) => files)
    .find((file) => file.path === path)?.content ?? "";

const staticConfig = (set: Record<string, string> = {}): Record<string, unknown> =>
  parse(textOf("traefik.yml", set)) as Record<string, unknown>;

describe("the ingress", () => {
  it("publishes its one port on an explicit address", () => {
    expect(spec().ports).toEqual([{ container: 8080, host: 8811, address: "0.0.0.0" }]);
    expect(spec({ httpPort: "8899", bindAddress: "127.0.0.1" }).ports).toEqual([
      { container: 8080, host: 8899, address: "127.0.0.1" },
    ]);
  });

  it("has this static configuration, and nothing else: no API, no dashboard, no engine, no other way in", () => {
    expect(staticConfig()).toEqual({
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      log: { level: "WARN", format: "json" },
      entryPoints: {
        web: {
          address: ":8080",
          forwardedHeaders: { insecure: false },
          http: { maxHeaderBytes: 65536 },
          transport: {
            respondingTimeouts: { readTimeout: "3600s", writeTimeout: "0s", idleTimeout: "180s" },
            lifeCycle: { graceTimeOut: "3s" },
          },
        },
        ping: { address: "127.0.0.1:8082" },
      },
      ping: { entryPoint: "ping" },
      providers: { file: { directory: "/etc/traefik/dynamic", watch: true } },
    });
  });

  it("bounds headers and the length of a request by the config", () => {
    const { entryPoints } = staticConfig({ maxHeaderKiB: "16", streamSeconds: "90" }) as { entryPoints: object };
    expect(entryPoints).toMatchObject({
      web: { http: { maxHeaderBytes: 16384 }, transport: { respondingTimeouts: { readTimeout: "90s" } } },
    });
  });

  it("logs requests as JSON when asked to, without headers", () => {
    expect(staticConfig({ accessLog: "true" })["accessLog"]).toEqual({ format: "json" });
  });

  it("finds its files where they are mounted, as a whole directory", () => {
    const { files, command, health } = spec();
    expect(files.map(({ target, files: inside }) => [target, inside.map(({ path }) => path)])).toEqual([
      ["/etc/traefik", ["traefik.yml", "dynamic/routes.yml"]],
    ]);
    expect(command).toEqual(["--configFile=/etc/traefik/traefik.yml"]);
    expect(health).toMatchObject({ command: ["traefik", "healthcheck", "--configFile=/etc/traefik/traefik.yml"] });
  });

  it("writes its routes as YAML that says where it comes from", () => {
    const routes = textOf("dynamic/routes.yml");
    expect(parse(routes)).toEqual(dynamicConfig(configOf()));
    expect(routes.split("\n")[0]).toBe("# Generated from services/; change the config, not this file.");
  });

  it("needs no socket, no data, no secret, no capability and no root", () => {
    expect(spec()).toMatchObject({
      mounts: [],
      secrets: [],
      capabilities: [],
      environment: {},
      user: "65532:65532",
      readOnlyRoot: true,
    });
  });

  it("is on no network of an MCP server", () => {
    expect(spec().networks).toEqual(["edge", "edge-outside"]);
  });
});
