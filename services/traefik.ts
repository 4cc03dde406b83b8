/**
 * The ingress: the one published port. It knows its routes from files, never from the engine's socket, and lets nobody
 * in who is not local: see access.ts and traefik-dynamic.ts.
 */
import { stringify } from "yaml";
import type { Config } from "../config";
import type { AccessSettings } from "./access";
import type { PublishedPort, RenderedFile, ServiceSpec } from "./spec";
import { secretMounts } from "./secret-files";
import { INGRESS_TLS, isEncrypted, type PublicAddress } from "./tls";
import { dynamicConfig } from "./traefik-dynamic";
import { SECURE_PORT, WEB, WEB_SECURE } from "./traefik-tls";

/** The part of the config that shapes the ingress. Bundles are missing on purpose. */
export type IngressSettings = AccessSettings &
  PublicAddress &
  Pick<Config, "auth" | "bindAddress" | "allowedSources" | "accessLog" | "maxHeaderKiB" | "streamSeconds">;

/** Above 1024, so that no capability is needed. */
const PORT = 8080;
const CONFIG_DIRECTORY = "/etc/traefik";
const CONFIG_FILE = `${CONFIG_DIRECTORY}/traefik.yml`;

/** Clients come in by these; both have the same limits. */
const entryPoint = (settings: IngressSettings, port: number): object => ({
  address: `:${port}`,
  // What a client says about its own address is never believed.
  forwardedHeaders: { insecure: false },
  http: {
    // 64 KiB by default, room for the cookies of several applications on one host (Go's default: 1 MiB).
    maxHeaderBytes: settings.maxHeaderKiB * 1024,
    ...(port === SECURE_PORT ? { tls: {} } : {}),
  },
  transport: {
    respondingTimeouts: {
      // For a whole request and its answer. Traefik's 60 s would cut an upload or a stream. Go has a limit for headers
      // alone, which Traefik does not set (v3.6.7, pkg/server/server_entrypoint_tcp.go).
      readTimeout: `${settings.streamSeconds}s`,
      writeTimeout: "0s",
      // Traefik's default; between two requests of a client.
      idleTimeout: "180s",
    },
    // Event streams never end by themselves: do not wait Traefik's 10 s for them at every stop.
    lifeCycle: { graceTimeOut: "3s" },
  },
});

const staticConfig = (settings: IngressSettings): object => ({
  global: { checkNewVersion: false, sendAnonymousUsage: false },
  log: { level: "WARN", format: "json" },
  // Headers are dropped by default, so no token gets into the log.
  ...(settings.accessLog ? { accessLog: { format: "json" } } : {}),
  entryPoints: {
    [WEB]: entryPoint(settings, PORT),
    ...(isEncrypted(settings) ? { [WEB_SECURE]: entryPoint(settings, SECURE_PORT) } : {}),
    // On its own entry point and loopback only, out of reach of clients.
    ping: { address: "127.0.0.1:8082" },
  },
  ping: { entryPoint: "ping" },
  providers: { file: { directory: `${CONFIG_DIRECTORY}/dynamic`, watch: true } },
});

/** What is published, of one address. */
const published = (settings: IngressSettings): PublishedPort[] => {
  const { httpPort, httpsPort, bindAddress: address } = settings;
  const secure = isEncrypted(settings) ? [{ container: SECURE_PORT, host: httpsPort, address }] : [];
  return [{ container: PORT, host: httpPort, address }, ...secure];
};

/** A generated YAML file that says so. Aliases would only hide what is configured. */
const yamlFile = (path: string, content: object): RenderedFile => ({
  path,
  content: `# Generated from services/; change the config, not this file.\n${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`,
});

/** What to run as the ingress. Works with Traefik 3.6.7 and later 3.x. */
export function traefikService(settings: IngressSettings): ServiceSpec {
  return {
    name: "traefik",
    image: "traefik",
    command: [`--configFile=${CONFIG_FILE}`],
    environment: {},
    networks: ["edge", "edge-outside"],
    port: PORT,
    ports: published(settings),
    mounts: [],
    files: [
      {
        target: CONFIG_DIRECTORY,
        files: [
          yamlFile("traefik.yml", staticConfig(settings)),
          yamlFile("dynamic/routes.yml", dynamicConfig(settings)),
        ],
      },
    ],
    secrets: isEncrypted(settings) ? secretMounts([INGRESS_TLS]) : [],
    health: {
      command: ["traefik", "healthcheck", `--configFile=${CONFIG_FILE}`],
      // Starts a second Traefik to ask: the dearest check of the core. An update does not wait for the interval.
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 3,
      startPeriodSeconds: 10,
    },
    user: "65532:65532",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: 256,
    startSeconds: 60,
    stopSeconds: 10,
    init: false,
  };
}
