/** `npm run mcp-restart SERVICE`: through the engine, and done when the service is well again. */
import { SERVICE_LABEL } from "../engines/container-args";
import { SERVER } from "../engines/of-stack";
import type Docker from "dockerode";
import type { Config } from "../config";
import { connect } from "../engines/images/engine";
import { healthNow } from "../engines/own-check";
import { findEngine } from "../prepare";
import { serviceEndpoint } from "../services/endpoints";
import { say } from "./ask";
import { logText } from "./failed-services";
import { requireKnown } from "./near-names";
import { NoStack } from "./no-stack";
import { signInHeaders } from "./sign-in";
import { readConfig } from "./stack-config";
import { trustedAuthorities } from "./trust";
import { answers, stackContainers } from "./status/observe";

export interface RestartOptions {
  readonly stack: string;
  readonly timeout: string;
  readonly json?: boolean;
}

/** Time between two looks, in milliseconds. */
const LOOK_MS = 250;
/** How long a service that cannot be asked has to run: one that cannot go on ends sooner. */
const STEADY_MS = 3000;
/** Lines of the log that a service which does not get well is shown with. */
const LAST_LINES = 15;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

/** For how long the same run of a container has been seen, in milliseconds of this machine's clock: an engine's may be another. */
function runTimer(): (startedAt: string) => number {
  let [run, since] = ["", 0];
  return (startedAt) => {
    if (startedAt !== run) [run, since] = [startedAt, Date.now()];
    return Date.now() - since;
  };
}

/** In words; "healthy" is what is waited for. A service without a check is asked through the ingress, or has to keep running. */
async function stateOf(docker: Docker, id: string, wait: Wait, ranFor: (startedAt: string) => number): Promise<string> {
  const { url, headers = {}, ca, seconds } = wait;
  const info = await docker.getContainer(id).inspect();
  const { State: state } = info;
  if (!state.Running || state.Restarting) return `${state.Status}, exit code ${state.ExitCode}`;
  const health = await healthNow(docker, info);
  if (health !== undefined) return health;
  const steadyMs = Math.min(STEADY_MS, (seconds * 1000) / 2);
  if (url === undefined) return ranFor(state.StartedAt) < steadyMs ? "running" : "healthy";
  return (await answers(url, headers, ca)) ? "healthy" : "running, does not answer yet";
}

export interface Wait {
  readonly seconds: number;
  /** Address at which a service without a check can be asked. */
  readonly url: string | undefined;
  /** What is shown there, where clients have to sign in. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Authorities to trust there in place of Node's own. */
  readonly ca?: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

/** Waits until the container is healthy; says each change. @throws Error with the end of its log when the time is up */
export async function waitHealthy(docker: Docker, id: string, service: string, wait: Wait): Promise<void> {
  const end = Date.now() + wait.seconds * 1000;
  const ranFor = runTimer();
  let last = "";
  for (;;) {
    const state = await stateOf(docker, id, wait, ranFor);
    if (state !== last) wait.say(`${service}: ${state}`);
    last = state;
    if (state === "healthy") return;
    if (Date.now() > end) break;
    await pause();
  }
  const log = logText(await docker.getContainer(id).logs({ stdout: true, stderr: true, tail: LAST_LINES }));
  const said =
    log.trimEnd() === "" ? "It said nothing." : `It said last:\n    ${log.trimEnd().replaceAll("\n", "\n    ")}`;
  throw new Error(`${service} is not healthy after ${wait.seconds} s (${last}). ${said}`);
}

async function findService(docker: Docker, config: Config, service: string): Promise<string> {
  const containers = (await stackContainers(docker, config)).filter(({ Labels }) => Labels[SERVICE_LABEL] !== SERVER);
  if (containers.length === 0) throw new NoStack(config.stack);
  const names = containers.map(({ Labels }) => Labels[SERVICE_LABEL] ?? "");
  requireKnown([service], names.sort());
  return containers.find(({ Labels }) => Labels[SERVICE_LABEL] === service)?.Id ?? "";
}

/** Restarts one service and waits until it is healthy. What depends on it finds it again by itself. */
export async function mcpRestart(service: string, { stack, timeout, json }: RestartOptions): Promise<void> {
  const seconds = Number(timeout);
  if (!(seconds > 0)) throw new Error(`--timeout: "${timeout}" is no number of seconds above 0`);
  const config = readConfig(stack);
  const docker = connect((await findEngine(config)).host);
  const id = await findService(docker, config, service);
  const started = Date.now();
  say(`${service}: restarting`);
  await docker.getContainer(id).restart();
  const asked = {
    url: serviceEndpoint(config, service),
    headers: signInHeaders(config),
    ca: trustedAuthorities(config),
  };
  const wait = { seconds, ...asked, say };
  await waitHealthy(docker, id, service, wait);
  const took = Math.round((Date.now() - started) / 100) / 10;
  if (json) process.stdout.write(`${JSON.stringify({ stack, service, healthy: true, seconds: took })}\n`);
  else say(`${service}: back after ${took} s`);
}
