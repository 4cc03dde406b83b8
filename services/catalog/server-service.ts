/** A catalog server as a service of its own: the same data that the gateway gets, in the form that engines run. */
import type { Mount, ServiceSpec } from "../spec";
import { SERVER_CPUS, SERVER_MEMORY_MIB } from "../mcp-gateway";
import { BRIDGE, BRIDGE_PORT, BUSYBOX } from "./bridge";
import { usedVariables, withoutVariables } from "./expand";
import type { OfferedServer } from "./gateway-catalog";
import { listenScript, SCRIPTS_DIRECTORY, serveScript, type ServerProcess } from "./server-scripts";

/** How an image starts by itself. */
export interface ImageStart {
  /** null: nobody knows. */
  readonly entrypoint: readonly string[] | null;
  /** Arguments where a server names none of its own. */
  readonly command: readonly string[];
}

export interface ServerSettings {
  /** Volume name → directory below dataDir. */
  readonly dataVolumes: Readonly<Record<string, string>>;
  /** Of an image of catalogs/images.yaml, as this stack has it. */
  readonly start: (image: string) => ImageStart;
}

/** The gateway looks for a server under this name. */
export const serverServiceName = (server: string): string => `mcp-${server}`;
/** Secret with the lines of the user's file that this server alone gets. */
export const serverSecret = (server: string): string => `mcp-${server}-env`;

/** Why a server cannot run without the engine's socket, in words that follow its name. */
class Unfit extends Error {}
const SOCKET = "or leave it to the gateway: pulumi config set gatewayMode socket";

function mountOf(volume: string, dataVolumes: ServerSettings["dataVolumes"]): Mount {
  const [source = "", target = "", mode = ""] = volume.split(":");
  const readOnly = mode.split(",").some((word) => word === "ro" || word === "readonly");
  const path = dataVolumes[source];
  if (path !== undefined && target !== "")
    return { kind: "data", path, target, ...(readOnly ? { readOnly: true } : {}) };
  // The gateway mounts a host path without a mode read-only, unless it may be written; validate.ts held it against its rule.
  if (source.startsWith("/") && target !== "") return { kind: "host", path: source, target, readOnly: mode !== "rw" };
  const known = Object.keys(dataVolumes).join(" or ");
  throw new Unfit(`volume "${volume}" is neither a data directory of the stack nor a path; use ${known}, ${SOCKET}`);
}

function startOf({ imageName, command }: OfferedServer, { start }: ServerSettings) {
  if (imageName === undefined)
    throw new Unfit(
      `its image is not in catalogs/images.yaml, so nobody knows its entry point; add it there, ${SOCKET}`,
    );
  const { entrypoint, command: own } = start(imageName);
  if (entrypoint === null)
    throw new Unfit(`catalogs/images.yaml has no entrypoint of ${imageName}; look it up and write it there, ${SOCKET}`);
  return { entrypoint, command: command.length > 0 ? command : own };
}

/** Variables that need no secret are in the container's description, the others in its script. */
function environmentOf({ server, environment }: OfferedServer) {
  const known = new Set((server.secrets ?? []).map(({ env }) => env));
  const plain: Record<string, string> = {};
  const scripted: { name: string; value: string }[] = [];
  for (const { name, value } of server.env ?? []) {
    // As the gateway: of a value with {{…}} no variable is filled in.
    const isTemplate = value.includes("{{") && value.includes("}}");
    if (!isTemplate && usedVariables(value, known).length > 0) scripted.push({ name, value });
    else plain[name] = isTemplate ? (environment[name] ?? "") : withoutVariables(value);
    if (plain[name] === "") delete plain[name];
    else known.add(name);
  }
  return { plain, scripted, known };
}

function processOf(offered: OfferedServer, settings: ServerSettings) {
  const { plain, scripted, known } = environmentOf(offered);
  const service = serverServiceName(offered.name);
  const process: ServerProcess = {
    service,
    ...startOf(offered, settings),
    secrets: offered.server.secrets ?? [],
    secretsFile: `/run/secrets/${serverSecret(offered.name)}/.env`,
    environment: scripted,
    variables: known,
  };
  return { process, plain };
}

/** No connection: each one starts the server. 0A: it listens. Dots for spaces, at which Podman 4.3.1 would divide the argument. */
const HEALTH: ServiceSpec["health"] = {
  command: [
    ...[...BUSYBOX, "grep", "-q"],
    `:${BRIDGE_PORT.toString(16).toUpperCase()}.00000000:0000.0A`,
    "/proc/net/tcp",
  ],
  intervalSeconds: 5,
  timeoutSeconds: 5,
  retries: 3,
  startPeriodSeconds: 10,
};

function specOf(offered: OfferedServer, settings: ServerSettings): ServiceSpec {
  const { name, server, imageName = "", volumes, user } = offered;
  if ((server.extraHosts ?? []).length > 0)
    throw new Unfit(`extraHosts is for the gateway alone; remove it, ${SOCKET}`);
  const { process, plain } = processOf(offered, settings);
  const secret = serverSecret(name);
  return {
    name: process.service,
    image: imageName,
    entrypoint: [...BUSYBOX, "sh", `${SCRIPTS_DIRECTORY}/listen.sh`],
    command: [],
    environment: plain,
    networks: server.disableNetwork ? ["mcp-servers"] : ["mcp-servers", "mcp-outside"],
    ...(server.disableNetwork ? { outsideNames: false } : {}),
    ports: [],
    mounts: [
      ...volumes.map((volume) => mountOf(volume, settings.dataVolumes)),
      { kind: "data", path: BRIDGE.path, target: BRIDGE.target, readOnly: true },
    ],
    files: [
      {
        target: SCRIPTS_DIRECTORY,
        files: [
          { path: "listen.sh", content: listenScript(process) },
          { path: "serve.sh", content: serveScript(process) },
        ],
      },
    ],
    secrets: process.secrets.length === 0 ? [] : [{ secret, target: `/run/secrets/${secret}` }],
    health: HEALTH,
    ...(user === undefined ? {} : { user }),
    // The images are other people's: what they write below their root is not known.
    readOnlyRoot: false,
    capabilities: [],
    cpus: SERVER_CPUS,
    memoryMiB: SERVER_MEMORY_MIB,
    startSeconds: 60,
    stopSeconds: 10,
    init: true,
  };
}

export interface ServerServices {
  readonly specs: readonly ServiceSpec[];
  /** One line each. */
  readonly faults: readonly string[];
}

/**
 * What to run for enabled servers, remote ones aside: the gateway asks those itself. Everything that the catalog says of a server
 * holds, or is a fault by its name.
 *
 * @param taken names of services that a server's would hide
 */
export function serverServices(
  servers: readonly OfferedServer[],
  settings: ServerSettings,
  taken: readonly string[] = [],
): ServerServices {
  const faults: string[] = [];
  const local = servers.filter(({ enabled, server }) => enabled && server.type !== "remote");
  const specs = local.flatMap((offered) => {
    try {
      const spec = specOf(offered, settings);
      if (taken.includes(spec.name))
        throw new Unfit(`${spec.name} is a service of the stack; give the server another name`);
      return [spec];
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      faults.push(`servers: "${offered.name}" cannot run in gatewayMode static: ${error.message}`);
      return [];
    }
  });
  return { specs, faults };
}
