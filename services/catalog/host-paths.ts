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
  "/dev", "/etc", "/library", "/proc", "/private/etc", "/private/var/run", "/root", "/run", "/sys", "/system",
  "/var/lib/containerd", "/var/lib/docker", "/var/root", "/var/run",
];
const CREDENTIALS = [
  ".aws", ".azure", ".config", ".docker", ".gnupg", ".kube", ".ssh",
  ".netrc", ".npmrc", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa",
];

/** The two lists in an environment of the gateway. */
export function allowedPaths(environment: Readonly<Record<string, string>>): AllowedPaths {
  const list = (name: string): string[] => (environment[name] ?? "").split(":").filter(Boolean).map((entry) => path.posix.normalize(entry));
  return { readable: list(READABLE_VARIABLE), writable: list(WRITABLE_VARIABLE) };
}

const within = (inner: string, root: string): boolean => inner === root || inner.startsWith(`${root.replace(/\/+$/, "")}/`);

const isReadOnly = (mode: string): boolean => {
  const words = mode.toLowerCase().split(",").map((word) => word.trim());
  return !words.includes("rw") && (words.includes("ro") || words.includes("readonly"));
};

function hostPathFault(source: string, mode: string | undefined, allowed: AllowedPaths): string | undefined {
  if (!source.startsWith("/")) return `mounts "${source}", which is neither a volume name nor an absolute path; write one of them`;
  const clean = path.posix.normalize(source).replace(/(?<=.)\/+$/, "");
  const lower = clean.toLowerCase();
  if (SYSTEM.some((root) => within(lower, root))) return `mounts host path "${source}", a system path that the gateway always refuses; use a named volume`;
  const credential = lower.split("/").find((part) => CREDENTIALS.includes(part));
  if (credential !== undefined) return `mounts host path "${source}", where "${credential}" holds credentials: the gateway always refuses it; use a named volume`;
  const writable = allowed.writable.includes(clean);
  if (!writable && mode !== undefined && !isReadOnly(mode)) {
    return `mounts host path "${source}" for writing; add :ro, use a named volume, or allow it in overrides.mcp-gateway.environment.${WRITABLE_VARIABLE}`;
  }
  if (writable || [...TEMPORARY, ...allowed.readable].some((root) => within(clean, root))) return undefined;
  return `mounts host path "${source}", which the gateway refuses outside ${TEMPORARY.join(", ")}; use a named volume, or allow it in overrides.mcp-gateway.environment.${READABLE_VARIABLE}`;
}

/** Why the gateway would refuse a volume, in words that follow the server's name; undefined when it would not. */
export function volumeFault(volume: string, allowed: AllowedPaths): string | undefined {
  const parts = volume.trim().split(":");
  const [source = "", target = "", mode] = parts.map((part) => part.trim());
  if (parts.length === 1 && source.startsWith("/")) return undefined; // a volume without a name
  if (parts.length > 3 || source === "" || target === "" || source.startsWith("-")) {
    return `has volume "${volume}"; write it as SOURCE:TARGET or SOURCE:TARGET:ro`;
  }
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source)) return undefined;
  return hostPathFault(source, mode, allowed);
}
