/** A catalog server as a service of its own: the same data that the gateway gets, in the form that engines run. */
import type { Mount, ServiceSpec } from "../spec";
import { SERVER_MEMORY_MIB } from "../mcp-gateway";
import type { OfferedServer } from "./gateway-catalog";

/** Where the gateway's static mode looks for a server: host mcp-NAME, this port. */
const PORT = 4444;
/** Directory of the secret `gateway-env`, whose `.env` holds the servers' secrets. */
const SECRETS_DIRECTORY = "/run/secrets/gateway-env";

function mountOf(name: string, volume: string, dataVolumes: Readonly<Record<string, string>>): Mount {
  const [source = "", target = "", mode = ""] = volume.split(":");
  const path = dataVolumes[source];
  if (path === undefined || target === "") {
    throw new Error(
      `catalog server "${name}": volume "${volume}" is no data directory of the stack, so it cannot run as a service of its own; use ${Object.keys(dataVolumes).join(" or ")}`,
    );
  }
  return { kind: "data", path, target, ...(mode.split(",").includes("ro") ? { readOnly: true } : {}) };
}

/**
 * What to run for one server. The spec says nothing of how its stdio gets to the port: that is for whoever runs it.
 *
 * @param dataVolumes volume name → directory below dataDir.
 * @throws Error for a remote server, an image of the user's own, or a volume that is no data directory.
 */
export function serverAsServiceSpec(
  offered: OfferedServer,
  dataVolumes: Readonly<Record<string, string>>,
): ServiceSpec {
  const { name, server, imageName } = offered;
  if (imageName === undefined)
    throw new Error(
      `catalog server "${name}" has no image in catalogs/images.yaml, so it cannot run as a service of its own; leave it to the gateway`,
    );
  return {
    name: `mcp-${name}`,
    image: imageName,
    command: offered.command,
    environment: offered.environment,
    networks: ["mcp"],
    port: PORT,
    ports: [],
    mounts: [
      ...offered.volumes.map((volume) => mountOf(name, volume, dataVolumes)),
      { kind: "tmpfs", target: "/tmp", sizeMiB: 64, mode: 0o1777 },
    ],
    files: [],
    secrets: (server.secrets ?? []).length === 0 ? [] : [{ secret: "gateway-env", target: SECRETS_DIRECTORY }],
    health: {
      externalOnly: "an MCP server over stdio has no health route; the gateway's tool list shows whether it works",
    },
    ...(server.user === undefined ? {} : { user: server.user }),
    // The images are other people's: what they write below their root is not known.
    readOnlyRoot: false,
    capabilities: [],
    memoryMiB: SERVER_MEMORY_MIB,
    startSeconds: 60,
    stopSeconds: 10,
    init: true,
  };
}
