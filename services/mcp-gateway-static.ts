/** mcp-gateway without the engine's socket: its servers run already, and it connects to each by socat (its static mode). */
import type { GatewayCatalog } from "./catalog/gateway-catalog";
import { COMMAND, gatewayService, SERVER_SESSIONS, settingsFiles, start } from "./mcp-gateway";
import { withWayOut, type NetworkName, type RenderedFile, type ServiceSpec } from "./spec";

/** Nobody's: neither image has a user of this number. */
const USER = "65532:65532";
const HOME = "/home/mcp-gateway";
const STATE_DIRECTORY = `${HOME}/.docker/mcp`;
const CONNECTIONS = "/tmp/connections";
/** When the container was started. */
const STARTED = "/tmp/started";
/** For so long it counts as starting. */
const START_SECONDS = 30;
/** For so long a server's first answer is waited for, while the gateway starts. */
const FIRST_SECONDS = 30;

/**
 * Before socat, which the gateway (v0.43.3, pkg/gateway/clientpool.go) finds by PATH and starts as `socat STDIO TCP:mcp-NAME:4444`
 * for each session of a server. It ends a session only when its client does, and many just go away: the oldest of more than so
 * many connections to one server makes room, as in socket mode. A connection is a file, SECONDS.PID.
 *
 * After a reboot the engine starts all containers at once, and the gateway asks servers for their tools only when it starts: then
 * socat waits for those that are later. Later on, a server that is not there is to fail a call at once. The gateway waits for ever
 * for a server that says nothing, and serves nobody until then: that server's connection is ended.
 */
const SOCAT = `#!/bin/sh
to=\${2-}
case $to in TCP:mcp-*:*) ;; *) exec /usr/bin/socat "$@" ;; esac
kept=${CONNECTIONS}/\${to#TCP:}
mkdir -p "$kept"
open=0
for entry in $(ls "$kept" | sort -rn); do
  # The number may be another process's by now.
  grep -qsF "$to" "/proc/\${entry#*.}/cmdline" || { rm -f "$kept/$entry"; continue; }
  open=$((open + 1))
  [ "$open" -lt ${SERVER_SESSIONS} ] || { kill "\${entry#*.}" 2> /dev/null; rm -f "$kept/$entry"; }
done
: > "$kept/$(date +%s).$$"
[ $(($(date +%s) - $(cat ${STARTED} 2> /dev/null || echo 0))) -lt ${START_SECONDS} ] || exec /usr/bin/socat "$@"
# From here on: the gateway starts.
mark=/tmp/first.$$
trap 'kill "$(cat "$mark.socat")" 2> /dev/null' TERM
exec 3<&0
{
  /usr/bin/socat "$1" "$2,retry=40,interval=0.5" <&3 3<&- &
  echo $! > "$mark.socat"
  (sleep ${FIRST_SECONDS}; [ -e "$mark" ] || kill "$(cat "$mark.socat")") > /dev/null 2>&1 3<&- &
  wait "$(cat "$mark.socat")"
} | {
  exec 3<&-
  IFS= read -r line || exit 0
  : > "$mark"
  printf '%s\\n' "$line"
  exec cat
} &
exec 3<&- < /dev/null > /dev/null
wait $! || true
rm -f "$mark" "$mark.socat"
`;

export interface StaticGatewaySettings {
  readonly catalog: Pick<GatewayCatalog, "files" | "servers">;
  /** What it connects to. */
  readonly servers: readonly ServiceSpec[];
}

/**
 * The gateway asks each server for its tools once, when it starts, and a session that used a server which was replaced never finds
 * the new one: another server means another gateway. Its clients then start new sessions. It does not read this file. Memory is left out: it changes in the running container.
 */
const serverList = (servers: readonly ServiceSpec[]): string =>
  servers.map((spec) => `${JSON.stringify({ ...spec, memoryMiB: undefined })}\n`).join("");

const ownFiles = (settings: StaticGatewaySettings): RenderedFile[] => [
  { path: "start.sh", content: start("socat", "-V", `date +%s > ${STARTED}`), executable: true },
  { path: "bin/socat", content: SOCAT, executable: true },
  ...settingsFiles({ ...settings, dynamicTools: false }),
  { path: "servers.jsonl", content: serverList(settings.servers) },
];

/** Remote servers it asks itself; not over the network of its servers' way out, where it would find them blocked. */
function networks({ catalog: { servers } }: StaticGatewaySettings): readonly NetworkName[] {
  const own = ["mcp", "mcp-servers"] as const;
  return servers.some(({ enabled, server }) => enabled && server.type === "remote") ? withWayOut(own) : own;
}

/** What to run as mcp-gateway in gatewayMode static. */
export function mcpGatewayStaticService(settings: StaticGatewaySettings): ServiceSpec {
  const { catalog } = settings.catalog.files;
  return {
    ...gatewayService({ home: HOME, stateDirectory: STATE_DIRECTORY, catalog, files: ownFiles(settings) }),
    command: [...COMMAND, "--static"],
    networks: networks(settings),
    mounts: [
      { kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 },
      { kind: "tmpfs", target: STATE_DIRECTORY, sizeMiB: 16, owner: USER },
    ],
    anewWith: settings.servers.flatMap(({ secrets }) => secrets.map(({ secret }) => secret)),
    user: USER,
    capabilities: [],
    // A connection takes about 3 MiB. Room for 20 sessions with six servers each.
    memoryMiB: 512,
    // A process for each session of a server.
    processes: 2048,
  };
}
