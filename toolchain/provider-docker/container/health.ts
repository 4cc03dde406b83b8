/** Waits until a new container is healthy, and says why it is not. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ResourceContext } from "../../plugin/handlers";
import type { Engine } from "../engine/connect";
import { inspect, type Inspection } from "./inspection";
import type { ContainerInputs } from "./inputs";
import { lastLines } from "./logs";
import { checkPassed } from "./own-check";

const POLL_MS = 500;
const REPORT_MS = 1000;
/** Of the container's log, shown when it does not get healthy. */
const LOG_LINES = 15;

/** The official plugin's words; ours add the reason. */
const NOT_HEALTHY = "container failed to be in healthy state";
const NO_HEALTHCHECK =
  "you have supplied a 'wait' argument, but the container does not have a healthcheck defined. Please remove the 'wait' argument or add a 'healthcheck' attribute";

/**
 * Resolves when the container is healthy: by the engine's check, or before that by the same check run here.
 *
 * @throws Error in the official words when the time is over, or before if it ended and nothing starts it again; its last
 *   log lines are shown then
 */
export async function waitUntilHealthy(
  engine: Engine,
  id: string,
  inputs: ContainerInputs,
  context: ResourceContext,
): Promise<void> {
  const info = await lookAt(engine, id);
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  try {
    await Promise.race([
      checkPassed(engine, info, signal),
      engineSaysHealthy(engine, info, inputs, { ...context, signal }),
    ]);
  } finally {
    over.abort();
  }
}

/** @throws Error unless it is there and has a check */
async function lookAt(engine: Engine, id: string): Promise<Inspection> {
  const info = await inspect(engine, id);
  if (!info) throw new Error(`${NOT_HEALTHY}: somebody removed it while it started`);
  if (!info.State.Health) throw new Error(NO_HEALTHCHECK);
  return info;
}

async function engineSaysHealthy(
  engine: Engine,
  { Id }: Inspection,
  inputs: ContainerInputs,
  context: ResourceContext,
): Promise<void> {
  const start = Date.now();
  let ended: Inspection["State"] | undefined;
  for (let reported = start; ; await sleep(POLL_MS, undefined, { signal: context.signal })) {
    const info = await lookAt(engine, Id);
    if (info.State.Health?.Status === "healthy") return;
    // While it runs again the engine no longer tells how it ended.
    if (!isUp(info)) ended = info.State;
    const seconds = Math.floor((Date.now() - start) / 1000);
    const reason = endedForGood(info) ?? (seconds >= inputs.waitTimeout ? stillNot(info, ended, inputs) : undefined);
    if (reason !== undefined) {
      await showLog(engine, info, context);
      throw new Error(`${NOT_HEALTHY}: ${reason}`);
    }
    if (Date.now() - reported < REPORT_MS) continue;
    reported = Date.now();
    context.log("info", `${stateOf(info)} for ${seconds} s of at most ${inputs.waitTimeout} s`, { status: true });
  }
}

/** Engines count a container that waits for its next start as running. */
const isUp = ({ State }: Inspection): boolean => State.Running && !State.Restarting;

const stateOf = (info: Inspection): string => (isUp(info) ? info.State.Health?.Status : undefined) ?? info.State.Status;

/** Why no further start can be expected; undefined while there is hope. */
function endedForGood({ State, HostConfig, RestartCount }: Inspection): string | undefined {
  if (State.Running || State.Restarting || !["exited", "dead"].includes(State.Status)) return undefined;
  const { Name, MaximumRetryCount } = HostConfig.RestartPolicy;
  if (Name === "always" || Name === "unless-stopped") return undefined;
  const retriesLeft = MaximumRetryCount === 0 || RestartCount < MaximumRetryCount;
  if (Name === "on-failure" && State.ExitCode !== 0 && retriesLeft) return undefined;
  return `it ended with exit code ${State.ExitCode}${killed(State)} and its restart policy "${Name}" does not start it again`;
}

const killed = ({ OOMKilled }: Inspection["State"]): string => (OOMKilled ? " (out of memory)" : "");

function stillNot(info: Inspection, ended: Inspection["State"] | undefined, { waitTimeout }: ContainerInputs): string {
  const { State, RestartCount } = info;
  const checked = State.Health?.Log?.at(-1);
  const how = ended ? ` (exit code ${ended.ExitCode}${killed(ended)})` : "";
  const restarts = RestartCount > 0 ? `, restarted ${RestartCount} times${how}` : "";
  const check = checked
    ? `; its last check ended with ${checked.ExitCode}: ${checked.Output.trim() || "no output"}`
    : "";
  return `it is ${stateOf(info)} after ${waitTimeout} s (waitTimeout)${restarts}${check}`;
}

async function showLog(engine: Engine, { Id, Name, Config }: Inspection, context: ResourceContext): Promise<void> {
  const lines = await lastLines(engine, Id, Config.Tty, LOG_LINES);
  const name = Name.replace(/^\//, "");
  const shown = lines.length > 0 ? `last lines of ${name}:\n${lines.join("\n")}` : `${name} has printed nothing`;
  context.log("error", shown);
}
