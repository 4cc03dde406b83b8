/** The two scripts of a catalog server's container: who listens, and what runs for each connection. */
import { BRIDGE_PORT, BUSYBOX, SOCAT } from "./bridge";
import { quoted, shellWord } from "./expand";

/** Environment of a server: whose connection it serves. What left its group is found by it. */
const CONNECTION = "MCP_STACK_CONNECTION";

/** Where the scripts are in the container. */
export const SCRIPTS_DIRECTORY = "/opt/mcp-server";

export interface ServerProcess {
  /** Service name, for messages. */
  readonly service: string;
  /** The image's own, as it stands. */
  readonly entrypoint: readonly string[];
  /** Its arguments; variables of `variables` stand in them as $NAME or ${NAME}. */
  readonly command: readonly string[];
  /** Secrets: the variable that each is handed over by, and its name in the file. */
  readonly secrets: readonly { readonly name: string; readonly env: string }[];
  /** Where that file is in the container. */
  readonly secretsFile: string;
  /** Values that use secrets or each other, in the order of the catalog. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** Names of all variables that texts may use. */
  readonly variables: ReadonlySet<string>;
}

const words = (list: readonly string[]): string => list.join(" ");

/** Ends at once when the image has no such program, so that the engine tells. A child of socat for each connection. */
export const listenScript = ({
  service,
  entrypoint: [program = ""],
}: Pick<ServerProcess, "service" | "entrypoint">): string =>
  `set -eu
command -v ${quoted(program)} > /dev/null || { echo ${quoted(`${service}: the image has no ${program}; correct its entry point in catalogs/images.yaml`)} >&2; exit 1; }
exec ${words(SOCAT)} -t 5 TCP4-LISTEN:${BRIDGE_PORT},fork,reuseaddr,keepalive ${quoted(`EXEC:${words(BUSYBOX)} sh ${SCRIPTS_DIRECTORY}/serve.sh,pipes`)}
`;

/**
 * Only the gateway gets through: servers share its network, but none is to use another's tools and secrets. No container there may
 * send under a foreign address (no capabilities), and names are the engine's. A secret that is not there is what the gateway
 * makes of it. The server gets a group of its own and a mark in its
 * environment, so that nothing it started outlives its connection, daemons included.
 */
export function serveScript(server: ServerProcess): string {
  const { service, secrets, secretsFile, environment, variables, entrypoint, command } = server;
  const reads = secrets.map(({ name, env }) => `${env}=$(secret ${quoted(name)}); export ${env}`);
  const sets = environment.map(({ name, value }) => `${name}=${shellWord(value, variables)}; export ${name}`);
  const argv = [...entrypoint.map(quoted), ...command.map((argument) => shellWord(argument, variables))];
  return `set -eu
box() { ${words(BUSYBOX)} "$@"; }
allowed=
for word in $(box nslookup mcp-gateway 2> /dev/null); do [ "$word" != "$SOCAT_PEERADDR" ] || allowed=yes; done
[ -n "$allowed" ] || { echo "${service}: refused $SOCAT_PEERADDR, which is not mcp-gateway" >&2; exit 1; }
unset SOCAT_PEERADDR SOCAT_PEERPORT SOCAT_SOCKADDR SOCAT_SOCKPORT SOCAT_PID SOCAT_PPID SOCAT_VERSION word allowed
secret() {
  while read -r line || [ -n "$line" ]; do case $line in "$1="*) printf %s "\${line#*=}"; return ;; esac; done < ${secretsFile}
  printf %s "<UNKNOWN>"
}
${[...reads, ...sets, `set -- ${words(argv)}`].join("\n")}
mark=$$.$(box date +%s).
exec 3<&0
${CONNECTION}=$mark ${words(BUSYBOX)} setsid "$@" <&3 3<&- &
server=$!
exec 0</dev/null 1>/dev/null 3<&-
end() {
  trap '' TERM HUP INT
  kill -TERM -- "-$server" 2> /dev/null || true
  for second in 1 2 3 4 5; do
    kill -0 -- "-$server" 2> /dev/null || break
    box sleep 1
  done
  kill -KILL -- "-$server" 2> /dev/null || true
  for left in $(box grep -lsF "${CONNECTION}=$mark" /proc/[0-9]*/environ || true); do
    left=\${left#/proc/}
    kill -KILL "\${left%/environ}" 2> /dev/null || true
  done
  exit 0
}
trap end TERM HUP INT
wait "$server" || true
end
`;
}
