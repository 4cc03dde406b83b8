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
runOnce(connect(host), args, seconds).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
