/** `npm run mcp-status`: whether the stack is well, and whether it is what the config says. Pulumi is started only for a secret of the config. */
import { SERVICE_LABEL } from "../engines/container-args";
import { SERVER } from "../engines/of-stack";
import type { Config } from "../config";
import type { Sample } from "../engines/cgroup";
import { connect } from "../engines/images/engine";
import { healthNow } from "../engines/own-check";
import { engineReader } from "../engines/read";
import type { EngineAddress } from "../engines/locate";
import { findEngine, placeOf } from "../prepare";
import { serviceEndpoint } from "../services/endpoints";
import { planStack } from "../stack";
import { NoStack } from "./no-stack";
import { plannedServices, type PlannedService } from "./planned";
import { signInHeaders } from "./sign-in";
import { readConfig } from "./stack-config";
import { certificateWarnings } from "./tls/state";
import { trustedAuthorities } from "./trust";
import { answers, observe, readContainers, type Observed } from "./status/observe";
import { isWell, serviceStatus, type StackStatus } from "./status/report";
import { statusText } from "./status/show";

export interface StatusOptions {
  readonly stack: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** Time between two looks of --watch, in milliseconds. */
const WATCH_MS = 2_000;

/** Services that run, have no check of their own, and can be asked through the ingress. */
async function ask(config: Config, planned: readonly PlannedService[], found: ReadonlyMap<string, Observed>) {
  const unchecked = planned.filter(({ spec, args }) => {
    const state = found.get(args.name)?.container.State;
    return "externalOnly" in spec.health && state?.Running;
  });
  const headers = signInHeaders(config);
  const ca = trustedAuthorities(config);
  const asked = unchecked.map(async ({ spec }) => {
    const url = serviceEndpoint(config, spec.name);
    return [spec.name, url === undefined ? undefined : await answers(url, headers, ca)] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}

/** Services that their engine has not checked yet, as they are: for seconds after an update. */
async function checkedNow(host: string, found: ReadonlyMap<string, Observed>): Promise<ReadonlyMap<string, Observed>> {
  const checked = [...found].map(async ([name, one]): Promise<[string, Observed]> => {
    const { container } = one;
    const { State } = container;
    if (State.Health?.Status !== "starting") return [name, one];
    const Status = (await healthNow(connect(host), container)) ?? State.Health.Status;
    return [name, { ...one, container: { ...container, State: { ...State, Health: { ...State.Health, Status } } } }];
  });
  return new Map(await Promise.all(checked));
}

/** Looks once. @throws NoStack, or an Error that says what is wrong with the engine */
async function stackStatus(config: Config, engine: EngineAddress, samples?: Map<string, Sample>): Promise<StackStatus> {
  const place = placeOf(engine);
  const { host, engineName } = place;
  const read = engineReader(host);
  const containers = await readContainers(read, config);
  const own = containers.filter(({ Labels }) => Labels[SERVICE_LABEL] !== SERVER);
  if (own.length === 0) throw new NoStack(config.stack);
  const observed = observe(read, own, samples);
  const { plan, faults } = planStack(config);
  const planned = plan === undefined ? [] : plannedServices(config, plan, place);
  const found = await checkedNow(host, await observed);
  const at = {
    endpoint: (service: string) => serviceEndpoint(config, service),
    answers: await ask(config, planned, found),
    now: Date.now(),
    engineName,
  };
  const services = planned.map((one) => serviceStatus(one, found.get(one.args.name), at));
  const names = new Set(planned.map(({ args }) => args.name));
  const strangers = plan === undefined ? [] : [...found.keys()].filter((name) => !names.has(name));
  const drift = [
    ...faults,
    ...certificateWarnings(config),
    ...strangers.map((name) => `the container ${name} is not part of the stack as it is configured`),
  ];
  return { stack: config.stack, healthy: drift.length === 0 && services.every(isWell), services, drift };
}

async function look({ stack, json }: StatusOptions, samples?: Map<string, Sample>) {
  const config = readConfig(stack);
  const status = await stackStatus(config, await findEngine(config), samples);
  return { healthy: status.healthy, text: json ? JSON.stringify(status, null, 2) : statusText(status) };
}

/** Until Ctrl-C. On a terminal each look takes the place of the one before; --json gives one object a line. */
async function watch(options: StatusOptions): Promise<void> {
  const samples = new Map<string, Sample>();
  for (;;) {
    const { healthy, text } = await look(options, samples).catch((error: Error) => ({
      healthy: false,
      text: error.message,
    }));
    const clear = process.stdout.isTTY && !options.json ? "\u001b[2J\u001b[H" : "";
    const shown = options.json && text.startsWith("{") ? JSON.stringify(JSON.parse(text)) : text;
    process.stdout.write(`${clear}${shown}\n`);
    process.exitCode = healthy ? 0 : 1;
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

/** Prints the status once, or again and again; the exit code says whether the stack is healthy and as configured. */
export async function mcpStatus(options: StatusOptions): Promise<void> {
  if (options.watch) return watch(options);
  const { healthy, text } = await look(options);
  process.stdout.write(`${text}\n`);
  process.exitCode = healthy ? 0 : 1;
}
