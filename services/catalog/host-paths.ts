/**
 * The gateway's rule for what a server may mount (mcp-gateway v0.43, docs/security.md): named volumes always; paths of the host
 * only below allowed directories, read-only unless allowed one by one, and never where credentials or the system live.
 * A volume it refuses would only show as a server without tools; here it is a fault at preview.
 */
import path from "node:path";

/** Environment variables of the gateway that widen the rule: lists of absolute paths, separated by colons. */
export const READABLE_VARIABLE = "MCP_GATEWAY_DOCKER_BIND_ALLOWED_PATHS";
export const WRITABLE_VARIABLE = "MCP_GATEWAY_DOCKER_BIND_ALLOW_WRITABLE_PATHS";

/** Paths that a user allowed, besides the gateway's own. */
export interface AllowedPaths {
  /** Directories below which everything may be read. */
  readonly readable: readonly string[];
  /** Paths that may be written, each exactly as mounted. */
  readonly writable: readonly string[];
}

const TEMPORARY = ["/tmp", "/private/tmp", "/var/tmp"];
const SYSTEM = [
  "/dev",
  "/etc",
  "/library",
  "/proc",
  "/private/etc",
  "/private/var/run",
  "/root",
  "/run",
  "/sys",
  "/system",
  "/var/lib/containerd",
  "/var/lib/docker",
  "/var/root",
  "/var/run",
];
const CREDENTIALS = [
  ".aws",
  ".azure",
  ".config",
  ".docker",
  ".gnupg",
  ".kube",
  ".ssh",
  ".netrc",
  ".npmrc",
  "id_dsa",
  "id_ecdsa",
  "id_ed25519",
  "id_rsa",
];

const cleaned = (hostPath: string): string => path.posix.normalize(hostPath).replace(/(?<=.)\/+$/, "");

/** The two lists in an environment of the gateway. */
export function allowedPaths(environment: Readonly<Record<string, string>>): AllowedPaths {
  const list = (name: string): string[] => (environment[name] ?? "").split(":").filter(Boolean).map(cleaned);
  return { readable: list(READABLE_VARIABLE), writable: list(WRITABLE_VARIABLE) };
}

const within = (inner: string, root: string): boolean => inner === root || inner.startsWith(`${root}/`);

const isReadOnly = (mode: string): boolean => {
  const words = mode
    .toLowerCase()
    .split(",")
    .map((word) => word.trim());
  return !words.includes("rw") && (words.includes("ro") || words.includes("readonly"));
};

function hostPathFault(source: string, mode: string | undefined, allowed: AllowedPaths): string | undefined {
  if (!source.startsWith("/")) return "starts with neither a volume name nor an absolute path; write one of them";
  const clean = cleaned(source);
  const lower = clean.toLowerCase();
  if (SYSTEM.some((root) => within(lower, root)))
    return "mounts a system path, which the gateway always refuses; use a named volume";
  const credential = lower.split("/").find((part) => CREDENTIALS.includes(part));
  if (credential !== undefined)
    return `mounts ${credential}, where credentials are kept: the gateway always refuses it; use a named volume`;
  const writable = allowed.writable.includes(clean);
  if (!writable && mode !== undefined && !isReadOnly(mode))
    return `mounts a host path for writing, which the gateway refuses; write :ro, ${instead(WRITABLE_VARIABLE)}`;
  if (writable || [...TEMPORARY, ...allowed.readable].some((root) => within(clean, root))) return undefined;
  return `mounts a host path outside ${TEMPORARY.join(", ")}, which the gateway refuses; ${instead(READABLE_VARIABLE)}`;
}

const instead = (variable: string): string =>
  `use a named volume, or allow the path in config overrides.mcp-gateway.environment.${variable}`;

/** Why the gateway would refuse a volume, in words that follow its text; undefined when it would not. */
export function volumeFault(volume: string, allowed: AllowedPaths): string | undefined {
  const parts = volume.trim().split(":");
  const [source = "", target = "", mode] = parts.map((part) => part.trim());
  if (parts.length === 1 && source.startsWith("/")) return undefined; // a volume without a name
  if (parts.length > 3 || source === "" || target === "" || source.startsWith("-"))
    return "is no volume; write SOURCE:TARGET or SOURCE:TARGET:ro";
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source)) return undefined;
  return hostPathFault(source, mode, allowed);
}
