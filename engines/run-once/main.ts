/** Runs a container to its end, as a process of a graph node (command.local.Command): what and where as JSON on standard input. */
import { readFileSync } from "node:fs";
import type { ContainerArgs } from "../container-args";
import { connect } from "../images/engine";
import { runOnce } from "./run";

interface Wanted {
  /** Address of the engine, as in DOCKER_HOST. */
  readonly host: string;
  readonly seconds: number;
  readonly args: ContainerArgs;
}

const { host, seconds, args } = JSON.parse(readFileSync(0, "utf8")) as Wanted;
// An interrupted update must not leave the container behind: nothing in the state would remind of it.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stop.abort(new Error(`${args.name} was interrupted (${signal})`)));
runOnce(connect(host), args, { seconds, signal: stop.signal }).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
