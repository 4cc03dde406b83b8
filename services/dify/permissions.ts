/** dify-permissions: gives each data directory to the user of its image, which only root can; nothing is opened to all. */
import type { ServiceSpec } from "../spec";
import { SMALL_ONE_SHOT } from "./one-shot";
import { POSTGRES, POSTGRES_DATA } from "./postgres";

/** Directories below dataDir whose images run as a user of their own, and that user ("uid:gid"). */
export const OWNERS: Readonly<Record<string, string>> = {
  [POSTGRES_DATA]: "999:999",
  "dify/redis": "999:1000",
  "dify/storage": "1001:1001",
  "dify/plugins": "0:0",
};

/** Outside the directories that are mounted: those can be closed to this user. */
const targetOf = (path: string): string => `/data/${path}`;

/** What to run before anything else of the bundle. Only the directories themselves: what is in them is their users'. */
export function permissionsOneShot(): ServiceSpec {
  const changes = Object.entries(OWNERS).map(([path, owner]) => `chown ${owner} ${targetOf(path)}`);
  return {
    ...SMALL_ONE_SHOT,
    name: "dify-permissions",
    image: POSTGRES,
    entrypoint: ["/bin/sh", "-euc"],
    command: [changes.join("\n")],
    environment: {},
    networks: [],
    mounts: Object.keys(OWNERS).map((path) => ({ kind: "data", path, target: targetOf(path) })),
    files: [],
    secrets: [],
    user: "0:0",
    capabilities: ["CAP_CHOWN"],
    startSeconds: 60,
  };
}
