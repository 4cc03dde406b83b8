/**
 * Exceptions that the stack ships, each with its reason: RULE/SERVICE → why. A test holds them to what the rules find, so
 * none outlives its cause.
 */
const DATA_USER = "its data belongs to whoever runs Pulumi, which is root here";
const UNKNOWN_WRITES =
  "where the published image writes beside its data could not be seen; see docker/dify/COMPARISON.md";

export const SHIPPED: Readonly<Record<string, string>> = {
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
