/** What Docker Desktop makes of a stack's containers: its engine is in a virtual machine, where paths of the host are elsewhere. */

/** Labels that it adds, such as desktop.docker.io/mounts/0/Source. */
const LABEL = "desktop.docker.io/";
/** Directories of the host in its machine on macOS and Linux: /host_mnt/Users/me. */
const HOST = "/host_mnt";
/** Of a WSL distribution; which directory is meant is not said: /run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/9c20… */
const WSL = "/run/desktop/mnt/host/";

/** Whether a label of a container is Docker Desktop's own. */
export const isDesktopLabel = (label: string): boolean => label.startsWith(LABEL);

/** The host's path of a mount, by what the engine tells; undefined: it does not tell. Other engines tell the path itself. */
export function hostPath(source: string): string | undefined {
  if (source.startsWith(WSL)) return undefined;
  return source.startsWith(`${HOST}/`) ? source.slice(HOST.length) : source;
}
