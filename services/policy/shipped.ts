/**
 * Exceptions that the stack ships, each with its reason: RULE/SERVICE → why. A test holds them to what the rules find, so
 * none outlives its cause.
 */
const DATA_USER = "its data belongs to whoever runs Pulumi, which is root here";
const UNKNOWN_WRITES =
  "where the published image writes beside its data could not be seen; see docker/dify/COMPARISON.md";

const OWN: Readonly<Record<string, string>> = {
  "engine-socket/mcp-gateway": "it starts the catalog's servers as containers",
  "root-user/mcp-gateway": "the socket's group differs between hosts, and whoever may use the socket is root anyway",
  "root-user/open-webui": DATA_USER,
  "root-user/minio": DATA_USER,
  "root-user/dify-plugin-daemon":
    "plugins bring programs and caches with them, and the published image runs them as root",
  "root-user/dify-sandbox":
    "it makes a root directory for the code at its start, and runs the code as another user there",
  "root-user/dify-permissions": "it runs once, without network, to give directories to their users by CAP_CHOWN",
  "writable-root/dify-web": UNKNOWN_WRITES,
  "writable-root/dify-api": UNKNOWN_WRITES,
  "writable-root/dify-worker": UNKNOWN_WRITES,
  "writable-root/dify-worker-beat": UNKNOWN_WRITES,
  "writable-root/dify-migration": UNKNOWN_WRITES,
  "writable-root/dify-plugin-daemon": UNKNOWN_WRITES,
  "writable-root/dify-sandbox": UNKNOWN_WRITES,
};

/** Of every server of the catalog: its image is its publisher's, and was not made for more. */
const OF_SERVERS: Readonly<Record<string, string>> = {
  "root-user": "its image runs so, or its data belongs to whoever runs Pulumi; it has no capabilities",
  "writable-root": "where a server of the catalog writes is known to its publisher alone",
};

/** Why a service may violate a rule, as the stack ships it; undefined: it may not. `server`: it is one of the catalog. */
export const shippedReason = (rule: string, service: string, server: boolean): string | undefined =>
  OWN[`${rule}/${service}`] ?? (server ? OF_SERVERS[rule] : undefined);

/** RULE/SERVICE of each exception for a service of the stack's own. */
export const SHIPPED = Object.keys(OWN);
/** Rules that servers of the catalog may violate. */
export const SHIPPED_FOR_SERVERS = Object.keys(OF_SERVERS);
