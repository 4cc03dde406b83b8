/** Host files of one service, as the graph writes them and as commands compare them: pure. */
import * as layout from "../engines/files/layout";
import type { ServiceSpec } from "../services/spec";

/**
 * What a service needs below dataDir.
 *
 * @param user "uid:gid" that data directories belong to, unless the service says otherwise
 * @param more further data directories that the service does not mount itself
 */
export function servicePlan(spec: ServiceSpec, user: string, more: readonly string[] = []): layout.ServicePlan {
  const mounted = spec.mounts.filter((mount) => mount.kind === "data");
  return {
    service: spec.name,
    rendered: spec.files.map(({ files }) => ({ hash: layout.contentHash(files), files })),
    directories: [
      ...mounted.map((mount) => ({ path: mount.path, owner: mount.owner ?? user })),
      ...more.map((path) => ({ path, owner: user })),
    ],
  };
}

/** Whether a service needs nothing there: no node writes for it then. */
export const isEmptyPlan = ({ rendered, directories }: layout.ServicePlan): boolean =>
  rendered.length + directories.length === 0;
