/** Limits the processes of containers, as a process of a graph node (command.local.Command): where and which as JSON on standard input. */
import { readFileSync } from "node:fs";
import { connect } from "../images/engine";
import type { EngineName } from "../podman";
import { limitProcesses, type ProcessLimit } from "./limit";

interface Wanted {
  /** Address of the engine, as in DOCKER_HOST. */
  readonly host: string;
  readonly limits: readonly ProcessLimit[];
  /** @default docker */
  readonly engine?: EngineName;
}

const { host, limits, engine } = JSON.parse(readFileSync(0, "utf8")) as Wanted;
limitProcesses(connect(host), limits, engine).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
