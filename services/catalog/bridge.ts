/**
 * The bridge between a catalog server's standard streams and the port where the gateway's static mode looks for it. Its
 * programs come from the gateway's image, which has socat and busybox whether it was built here (Debian) or pulled (Alpine), with
 * the libraries and the loader that they need: so they run in every image, one without a shell included.
 */
import type { ServiceSpec } from "../spec";

/** Host mcp-NAME, this port: pkg/gateway/clientpool.go of mcp-gateway v0.43.3. */
export const BRIDGE_PORT = 4444;
/** Directory below dataDir that holds the programs, and where containers mount it. */
export const BRIDGE = { path: "mcp-bridge", target: "/opt/mcp-bridge" } as const;
const SCRIPTS = "/opt/mcp-bridge-fill";

const loaded = (program: string): string[] => [
  `${BRIDGE.target}/ld`,
  "--library-path",
  `${BRIDGE.target}/lib`,
  `${BRIDGE.target}/${program}`,
];
/** Arguments that start a program of busybox; its name follows. */
export const BUSYBOX = loaded("busybox");
/** Arguments that start socat; its own follow. */
export const SOCAT = loaded("socat");

/** Whole files only: servers may be running the old ones. */
const FILL = `set -eu
to=${BRIDGE.target}
mkdir -p "$to/lib"
put() { cp -L "$1" "$2.new"; chmod 0755 "$2.new"; mv "$2.new" "$2"; }
for program in socat busybox; do
  file=$(command -v "$program")
  put "$file" "$to/$program"
  # NAME => PATH (ADDRESS) for a library, PATH (ADDRESS) for the loader; musl lists its loader as libc, too.
  ldd "$file" | while read -r name arrow path _; do
    case $name in /*) put "$name" "$to/ld" ;; esac
    case $path in /*) put "$path" "$to/lib/\${name##*/}" ;; esac
  done
done
"$to/ld" --library-path "$to/lib" "$to/busybox" true || { echo "mcp-bridge: $to/ld cannot be executed; is the file system of the data directory mounted noexec? Move it: pulumi config set dataDir /another/path" >&2; exit 1; }
`;

/** What to run once, before the first server. @param owner "uid:gid" of the directory. */
export const bridgeService = (owner: string): ServiceSpec => ({
  name: BRIDGE.path,
  image: "mcp-gateway",
  entrypoint: ["/bin/sh", `${SCRIPTS}/fill.sh`],
  command: [],
  environment: {},
  networks: [],
  ports: [],
  mounts: [{ kind: "data", path: BRIDGE.path, target: BRIDGE.target, owner }],
  files: [{ target: SCRIPTS, files: [{ path: "fill.sh", content: FILL, executable: true }] }],
  secrets: [],
  health: { runsOnce: true },
  user: owner,
  readOnlyRoot: true,
  capabilities: [],
  memoryMiB: 64,
  startSeconds: 60,
  stopSeconds: 5,
  init: true,
});
