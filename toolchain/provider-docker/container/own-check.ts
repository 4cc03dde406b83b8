/**
 * A container's own health check, run beside the engine's. Engines before 25 check for the first time after a whole interval,
 * and Podman needs systemd for its checks: whoever waits for a container need not wait for that.
 */
import type Docker from "dockerode";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "../engine/connect";
import type { Inspection } from "./inspection";
import { listens } from "./listening";

/** Between two checks: as a start interval would be. */
const PAUSE_MS = 300;
/** A check that takes long, as on a busy machine, leaves the containers that start so many times as long to get on. */
const PAUSE_FACTOR = 6;
/** Between two looks whether anything listens: most checks ask a server, and each takes a tenth of a second of a processor. */
const LOOK_MS = 100;
/** Longest time without a check, for those that ask no server. */
const SELDOM_MS = 3000;

/** The engine's rules (HEALTHCHECK in the Dockerfile reference): exec form after CMD, a text for the shell after CMD-SHELL. */
export function checkCommand({ Config }: Inspection): string[] | undefined {
  const [kind, ...rest] = Config.Healthcheck?.Test ?? [];
  if (kind === "CMD") return rest;
  return kind === "CMD-SHELL" ? [...(Config.Shell ?? ["/bin/sh", "-c"]), ...rest] : undefined;
}

/** Whether its exit code was 0. */
async function passes(container: Docker.Container, command: string[], signal: AbortSignal): Promise<boolean> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true, abortSignal: signal });
  const output = await exec.start({ abortSignal: signal });
  await finished(output.resume(), { signal, writable: false });
  return (await exec.inspect({ abortSignal: signal })).ExitCode === 0;
}

/** Resolves when a check may pass, or cannot be told not to. */
async function worthwhile({ State }: Inspection, signal: AbortSignal): Promise<void> {
  const end = Date.now() + SELDOM_MS;
  while (!signal.aborted && Date.now() < end && (await listens(State.Pid)) === false)
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
}

/** Resolves when the check has passed once; never otherwise, not after `signal`, and not where the engine looks often itself. */
export async function checkPassed({ docker }: Engine, info: Inspection, signal: AbortSignal): Promise<void> {
  const command = checkCommand(info);
  if (command === undefined || (info.Config.Healthcheck?.StartInterval ?? 0) > 0) return new Promise(() => undefined);
  const container = docker.getContainer(info.Id);
  for (;;) {
    await worthwhile(info, signal);
    const started = Date.now();
    // It may not run at the moment, or not have the program.
    if (await passes(container, command, signal).catch(() => false)) return;
    if (signal.aborted) return new Promise(() => undefined);
    const pause = Math.max(PAUSE_MS, PAUSE_FACTOR * (Date.now() - started));
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
