/** After a failed update: what the services that are not well said last. */
import type Docker from "dockerode";
import { labelFilter, SERVICE_LABEL, stackLabels } from "../engines/container-args";
import { healthNow } from "../engines/own-check";

/** Last lines of a log that are shown. */
const LINES = 15;

/** A service without a check that was started again so lately, in milliseconds, may well end again: engines pause for up to a minute between two starts. */
const LATELY_MS = 60_000;

type Inspection = Docker.ContainerInspectInfo;

/** How a service does not run well, in words; undefined: it does. A list of containers can be older than this on a full disk. */
async function ailment(docker: Docker, info: Inspection): Promise<string | undefined> {
  const { State, RestartCount } = info;
  const health = await healthNow(docker, info);
  if (State.Running && !State.Restarting) {
    if (health === "unhealthy" || health === "starting") return `running, ${health}`;
    const isShaky = health === undefined && RestartCount > 0 && Date.now() - Date.parse(State.StartedAt) < LATELY_MS;
    return isShaky ? `running, restarted ${RestartCount} times` : undefined;
  }
  const killed = State.OOMKilled ? ", out of memory" : "";
  return State.Status === "created" ? "never started" : `${State.Status}, exit code ${State.ExitCode}${killed}`;
}

/** Text of a log in the engine's frames: 8 bytes of header (stream, length) before each part. */
export function logText(frames: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at + 8 <= frames.length;) {
    const length = frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + 8, at + 8 + length).toString("utf8"));
    at += 8 + length;
  }
  return parts.join("");
}

async function lastLines(docker: Docker, id: string): Promise<string[]> {
  const log = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail: LINES });
  const text = logText(log).trimEnd();
  return text === "" ? [] : text.split("\n");
}

/**
 * Says state and last log lines of each service of the stack that does not run well.
 *
 * @param shown ids of containers whose log is in front of the user already
 */
export async function showFailedServices(
  docker: Docker,
  stack: { readonly project: string; readonly stack: string },
  shown: ReadonlySet<string>,
  say: (line: string) => void,
): Promise<void> {
  const label = labelFilter(stackLabels(stack));
  const containers = await docker.listContainers({ all: true, filters: { label } });
  for (const { Id, Labels } of containers.filter((one) => !shown.has(one.Id))) {
    const how = await ailment(docker, await docker.getContainer(Id).inspect());
    if (how === undefined) continue;
    const lines = await lastLines(docker, Id);
    say(`\n${Labels[SERVICE_LABEL]} (${how}) said ${lines.length > 0 ? "last:" : "nothing"}`);
    for (const line of lines) say(`    ${line}`);
  }
}
