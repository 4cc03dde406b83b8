/** mcp-gateway: Docker's MCP gateway v0.43, which starts the catalog's servers as containers and offers all of their tools at one endpoint. */
import { quoted } from "./catalog/expand";
import type { GatewayCatalog } from "./catalog/gateway-catalog";
import { PROCESSES, type RenderedFile, type ServiceSpec } from "./spec";

const PORT = 8811;
export const OWN_DIRECTORY = "/opt/mcp-stack";
const TOKEN_DIRECTORY = "/run/secrets/gateway-token";
/** Directory of the secret `gateway-env`; its one file is `.env`. */
const SECRETS_DIRECTORY = "/workspace";
const STATE_DIRECTORY = "/root/.docker/mcp";
const CATALOG = "agent-hub.yaml";

/** Limits of each server's container, written out so that another version of the gateway changes nothing: its own defaults. */
export const SERVER_CPUS = 1;
export const SERVER_MEMORY_MIB = 2048;

export interface GatewaySettings {
  readonly catalog: Pick<GatewayCatalog, "files" | "verifySignatures">;
  /** Labels of every container that the gateway starts, by which `destroy` finds them. */
  readonly serverLabels: Readonly<Record<string, string>>;
  /** Whether clients may add and run servers. */
  readonly dynamicTools: boolean;
}

/**
 * Containers that one server may have at once, one for each client session. The gateway (v0.43.3) ends a session only when
 * its client says so, and many clients just go away; without a bound their containers would pile up until the next restart.
 */
export const SERVER_SESSIONS = 20;

/**
 * The gateway finds Docker's client by PATH and has no setting for labels. No log: the engine would keep everything
 * that client and server say to each other on disk, without limit.
 */
const wrapper = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels)
    .sort()
    .map(([key, value]) => quoted(`${key}=${value}`));
  const filters = pairs.map((pair) => ` --filter label=${pair}`).join("");
  return `#!/bin/sh
if [ "\${1-}" = run ]; then
  shift
  # The oldest containers of the same server make room for the new one (docker ps lists the newest first).
  name=$(printf '%s\\n' "$@" | sed -n 's/^docker-mcp-name=//p' | head -n 1)
  /usr/bin/docker ps --quiet${filters} --filter "label=docker-mcp-name=$name" | tail -n +${SERVER_SESSIONS} | xargs -r /usr/bin/docker rm --force > /dev/null
  # It puts servers on its own networks, in the order of their names: not on the first, where mcp-router is. The engine takes one.
  count=$#
  while [ "$count" -gt 0 ]; do
    case "$1 \${2-}" in
      "--network "*-mcp) shift 2; count=$((count - 2)) ;;
      *) set -- "$@" "$1"; shift; count=$((count - 1)) ;;
    esac
  done
  set -- run --log-driver none --pids-limit ${PROCESSES}${pairs.map((pair) => ` --label ${pair}`).join("")} "$@"
fi
exec /usr/bin/docker "$@"
`;
};

/**
 * The start script. The token stays out of the container's description, and of the servers': the gateway hands them only what the
 * catalog names.
 *
 * @param wrapper program that is put before one of the image's
 * @param question argument on which it does nothing and ends well
 * @param first line that is run before the gateway
 */
export const start = (wrapper: string, question: string, first?: string): string => `#!/bin/sh
set -eu
# By its full path: a shell, like the gateway, would go on to the next directory of PATH, and pass the wrapper by.
if ! ${OWN_DIRECTORY}/bin/${wrapper} ${question} > /dev/null; then
  echo "mcp-gateway: ${OWN_DIRECTORY}/bin/${wrapper} cannot be executed; is the file system of the data directory mounted noexec? Move it: pulumi config set dataDir /another/path" >&2
  exit 1
fi
MCP_GATEWAY_AUTH_TOKEN=$(cat ${TOKEN_DIRECTORY}/value)
[ -n "$MCP_GATEWAY_AUTH_TOKEN" ] || { echo "mcp-gateway: ${TOKEN_DIRECTORY}/value is empty; run pulumi up" >&2; exit 1; }
export MCP_GATEWAY_AUTH_TOKEN
${first === undefined ? "" : `${first}\n`}exec /docker-mcp gateway run "$@"
`;

/** What the gateway reads in any mode. */
export const settingsFiles = ({
  catalog: { files },
  dynamicTools,
}: Pick<GatewaySettings, "dynamicTools"> & { readonly catalog: Pick<GatewayCatalog, "files"> }): RenderedFile[] => [
  // Configuration of Docker's client, where the gateway looks for its features. Unset, clients may manage servers.
  {
    path: "docker/config.json",
    content: `${JSON.stringify(dynamicTools ? {} : { features: { "dynamic-tools": "disabled" } })}\n`,
  },
  { path: "registry.yaml", content: files.registry },
  { path: "config.yaml", content: files.config },
  { path: "tools.yaml", content: files.tools },
];

const ownFiles = (settings: GatewaySettings): RenderedFile[] => [
  { path: "start.sh", content: start("docker", "--version"), executable: true },
  { path: "bin/docker", content: wrapper(settings.serverLabels), executable: true },
  ...settingsFiles(settings),
];

/** Arguments in any mode. */
export const COMMAND: readonly string[] = [
  "--transport=streaming",
  `--port=${PORT}`,
  `--catalog=${CATALOG}`,
  `--registry=${OWN_DIRECTORY}/registry.yaml`,
  `--config=${OWN_DIRECTORY}/config.yaml`,
  `--tools-config=${OWN_DIRECTORY}/tools.yaml`,
  `--secrets=${SECRETS_DIRECTORY}/.env`,
];

const commandLine = (verifySignatures: boolean): string[] => [
  ...COMMAND,
  `--cpus=${SERVER_CPUS}`,
  `--memory=${SERVER_MEMORY_MIB}m`,
  `--verify-signatures=${verifySignatures}`,
];

const MOUNTS: ServiceSpec["mounts"] = [
  // At the default path, because the gateway starts Docker's client without DOCKER_HOST.
  { kind: "engine-socket", target: "/var/run/docker.sock" },
  { kind: "data", path: "mcp-gateway", target: STATE_DIRECTORY },
  { kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 },
];

const HEALTH: ServiceSpec["health"] = {
  command: ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${PORT}/health`],
  intervalSeconds: 3,
  timeoutSeconds: 3,
  retries: 5,
  startPeriodSeconds: 60,
};

/** What a mode says of its own. */
export interface GatewayMode {
  readonly home: string;
  /** The gateway reads catalogs from nowhere else, and keeps its state beside them. */
  readonly stateDirectory: string;
  readonly catalog: string;
  /** Of OWN_DIRECTORY, `start.sh` among them. */
  readonly files: readonly RenderedFile[];
}

/** What it is in any mode. */
export const gatewayService = ({ home, stateDirectory, catalog, files }: GatewayMode) =>
  ({
    name: "mcp-gateway",
    image: "mcp-gateway",
    entrypoint: ["/bin/sh", `${OWN_DIRECTORY}/start.sh`],
    environment: {
      DOCKER_CONFIG: `${OWN_DIRECTORY}/docker`,
      PATH: `${OWN_DIRECTORY}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: home,
    },
    port: PORT,
    ports: [],
    files: [
      { target: OWN_DIRECTORY, files },
      { target: `${stateDirectory}/catalogs`, files: [{ path: CATALOG, content: catalog }] },
    ],
    secrets: [
      { secret: "gateway-token", target: TOKEN_DIRECTORY },
      { secret: "gateway-env", target: SECRETS_DIRECTORY },
    ],
    health: HEALTH,
    readOnlyRoot: true,
    startSeconds: 120,
    stopSeconds: 15,
    init: true,
  }) satisfies Partial<ServiceSpec>;

/** What to run as mcp-gateway in gatewayMode socket. */
export function mcpGatewayService(settings: GatewaySettings): ServiceSpec {
  const { files, verifySignatures } = settings.catalog;
  const home = "/root";
  return {
    ...gatewayService({ home, stateDirectory: STATE_DIRECTORY, catalog: files.catalog, files: ownFiles(settings) }),
    command: commandLine(verifySignatures),
    // Outside: it asks remote servers itself, and checks signatures.
    networks: ["mcp", "mcp-outside"],
    mounts: MOUNTS,
    // The socket's group differs between hosts, and whoever may use the socket is root on the host anyway.
    user: "0:0",
    // Data directory and socket may belong to another user than the container's root.
    capabilities: ["CAP_DAC_OVERRIDE"],
    // Measured: 24 MiB, and 8.4 MiB for each server of each session (Docker's client). Room for 20 sessions with six servers each.
    memoryMiB: 1024,
  };
}
