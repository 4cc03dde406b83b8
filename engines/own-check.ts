/** How healthy a container is now, when its engine has not looked yet: engines before 25 wait for a whole interval first. */
import type Docker from "dockerode";
import { execText } from "./exec";

/** Longest wait for a check, in milliseconds: who looks at a stack that starts does not wait for long. */
const CHECK_MS = 5_000;

/** The engine's rules: exec form after CMD, a text for the shell after CMD-SHELL. */
function command({ Config }: Docker.ContainerInspectInfo): string[] {
  const [kind, ...rest] = Config.Healthcheck?.Test ?? [];
  return kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...rest] : rest;
}

/**
 * What the engine says of a running container; "starting" becomes "healthy" if the container's own check passes now. Undefined
 * without a check.
 */
export async function healthNow(docker: Docker, info: Docker.ContainerInspectInfo): Promise<string | undefined> {
  const status = info.State.Health?.Status;
  if (status !== "starting" || !info.State.Running || info.State.Restarting)
    return status === "none" || status === "" ? undefined : status;
  const check = { command: command(info), signal: AbortSignal.timeout(CHECK_MS) };
  return execText(docker.getContainer(info.Id), check).then(
    () => "healthy",
    () => status,
  );
}
