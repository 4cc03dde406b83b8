/** Everything that is asked and checked before the first change: a fault here leaves the stack as it was. */
import os from "node:os";
import type { Config } from "./config";
import { containerArgs, stackLabels, type EngineTraits } from "./engines/container-args";
import { restoreFaults } from "./engines/backup/marker";
import { dataFaults } from "./engines/kept-data";
import type { Owner } from "./engines/files/layout";
import { podmanNotes } from "./engines/podman";
import { spaceFault } from "./engines/free-space";
import { gpuFaults } from "./engines/gpu";
import { locateEngine, type EngineAddress } from "./engines/locate";
import { engineQuestions, type EngineQuestions } from "./engines/read";
import { ownerFaults, portFaults, wantedPorts } from "./engines/preflight";
import { ownRules } from "./policy-file";
import { exposure, openFaults, type Exposure } from "./services/exposure";
import { applyPolicy, type PolicyResult } from "./services/policy/policy";
import { RULES } from "./services/policy/rules";
import type { ServiceSpec } from "./services/spec";
import { memoryFaults, memoryLine } from "./services/dify/memory";
import { plannedContainers, planStack, type StackPlan } from "./stack";

/** Where the socket lies on hosts whose engine is not reached by a socket of this machine. */
const DEFAULT_SOCKET = "/var/run/docker.sock";

/** The engine that a stack was planned for. */
export interface Place extends Required<EngineTraits> {
  /** Address of the engine as in DOCKER_HOST. */
  readonly host: string;
}

export interface Prepared {
  readonly plan: StackPlan;
  readonly place: Place;
  readonly owner: Owner;
  /** What a preview should tell. */
  readonly notes: readonly string[];
  readonly exposure: Exposure;
  /** Waivers of the policy that count; one line each. */
  readonly waived: readonly string[];
}

interface Findings {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** The stack cannot come up as it is configured; one line for each fault. */
export class StackFaults extends Error {
  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
    super(`The stack has ${count}, and nothing was changed:\n  ${faults.join("\n  ")}`);
  }
}

/**
 * The plan by names of images, for what asks no engine: digests say nothing there, and some are known only once `up` has pulled.
 * @throws StackFaults when the stack cannot be planned
 */
export function planByNames(config: Config): StackPlan {
  const { plan, faults } = planStack(config, undefined, (name) => name);
  if (plan === undefined) throw new StackFaults(faults);
  return plan;
}

/** The engine that this config means. @throws Error saying what was tried. */
export const findEngine = ({ containerSocket }: Pick<Config, "containerSocket">): Promise<EngineAddress> =>
  locateEngine({ containerSocket, env: process.env, home: os.homedir() });

/** The config key of each host port that has one of its own. */
export const portKeys = ({
  tls,
  httpPort,
  httpsPort,
  openWebuiPort,
  llmProxyPort,
  difyPort,
}: Config): Record<number, string> => ({
  ...(tls === "none" ? {} : { [httpsPort]: "httpsPort" }),
  ...(openWebuiPort === undefined ? {} : { [openWebuiPort]: "openWebuiPort" }),
  ...(llmProxyPort === undefined ? {} : { [llmProxyPort]: "llmProxyPort" }),
  ...(difyPort === undefined ? {} : { [difyPort]: "difyPort" }),
  [httpPort]: "httpPort",
});

const noSpace = ({ dataDir }: Config): string[] => {
  const fault = spaceFault(dataDir);
  return fault === undefined
    ? []
    : [`dataDir: ${fault}, or choose a directory on another: pulumi config set dataDir DIR`];
};

/** What the Dify bundle asks of the engine and of data that is there already. */
async function difyFaults(
  docker: EngineQuestions,
  { dataDir }: Config,
  plan: StackPlan["dify"],
  { hidesClients }: EngineAddress,
): Promise<Findings> {
  if (plan === undefined) return { faults: [], notes: [] };
  const { MemTotal = 0 } = (await docker.info()) as { MemTotal?: number };
  const faults = [
    ...memoryFaults(plan.memoryMiB, MemTotal),
    ...dataFaults(dataDir, plan.data, hidesClients === undefined),
  ];
  return { faults, notes: [memoryLine(plan.memoryMiB, MemTotal)] };
}

/** What the policy finds in everything that would run. */
function policy(config: Config, plan: StackPlan, { host: _, ...engine }: Place): PolicyResult {
  const own = ownRules(config.policyFile);
  const { project, stack, dataDir, policyWaivers: waivers } = config;
  const subjects = plannedContainers(plan).map((service) => {
    const image = plan.reference(service.image);
    const place = { project, stack, dataDir, ...engine, image, generations: [] };
    return { service, container: containerArgs(service, place), config, engineSocket: engine.engineSocket };
  });
  const result = applyPolicy({ rules: [...RULES, ...own.rules], subjects, waivers });
  return { ...result, faults: [...own.faults, ...result.faults] };
}

/** What holding the engine's socket means. */
const socketNotes = ({ gatewayMode }: Config): string[] =>
  gatewayMode === "static"
    ? []
    : [
        "gatewayMode socket: mcp-gateway starts catalog servers by the engine's socket, so whoever takes it over is root on this host; without it: pulumi config set gatewayMode static",
      ];

/** Since version 1.44 of Docker's API (engine 25); Podman has a start-up check of another kind. */
export function knowsStartInterval({ name, apiVersion }: Pick<EngineAddress, "name" | "apiVersion">): boolean {
  const [major = 0, minor = 0] = apiVersion.split(".").map(Number);
  return name === "docker" && (major > 1 || minor >= 44);
}

/** What a stack's containers are placed by on an engine. */
export const placeOf = (engine: EngineAddress): Place => ({
  host: engine.host,
  engineName: engine.name,
  engineSocket: engine.socketPath ?? DEFAULT_SOCKET,
  startInterval: knowsStartInterval(engine),
  selinux: engine.selinux,
});

/** Services that write to dataDir run as whoever runs Pulumi, who is somebody else in containers of an engine without root. */
const rootlessFaults = ({ rootless, host }: EngineAddress): string[] =>
  rootless
    ? [
        `containerSocket: the engine at ${host} runs without root. There, users in containers are other users of this machine, and ` +
          "services could not use what lies in dataDir. Use an engine that runs as root (Docker Engine, Docker Desktop, Colima, Podman " +
          "with sudo systemctl enable --now podman.socket), and name its socket: pulumi config set containerSocket PATH",
      ]
    : [];

/**
 * Plans the stack for an engine and checks both against this machine.
 *
 * @param restoring the data directory is being filled, and not yet whole
 * @throws StackFaults with every fault
 */
export async function prepare(config: Config, engine: EngineAddress, restoring = false): Promise<Prepared> {
  const owner = { project: config.project, stack: config.stack, engine: engine.id };
  const { plan, faults } = planStack(config);
  const services: Record<string, ServiceSpec> = { ...plan?.core, ...plan?.ai?.services, ...plan?.dify?.services };
  const ports = Object.values(services).flatMap((spec) => wantedPorts(spec, portKeys(config)));
  const docker = engineQuestions(engine.host);
  const taken = await portFaults(docker, ports, stackLabels(config));
  const gpu = plan?.ai === undefined ? [] : await gpuFaults(docker, config.gpu);
  const dify = await difyFaults(docker, config, plan?.dify, engine);
  const { hidesClients } = engine;
  const unguarded = [
    ...rootlessFaults(engine),
    ...openFaults(config, hidesClients),
    ...ownerFaults(config.dataDir, owner),
  ];
  const place = placeOf(engine);
  const checked = plan === undefined ? undefined : policy(config, plan, place);
  const found = [...taken, ...gpu, ...dify.faults, ...(checked?.faults ?? [])];
  const unrestored = restoring ? [] : restoreFaults(config.dataDir);
  const all = [...faults, ...unguarded, ...unrestored, ...noSpace(config), ...found];
  if (plan === undefined || checked === undefined || all.length > 0) throw new StackFaults(all);
  const reach = { config, catalog: plan.catalog, services: Object.values(services), hidesClients };
  const told = {
    notes: [...socketNotes(config), ...podmanNotes(engine.name), ...dify.notes, checked.summary],
    exposure: exposure(reach),
    waived: checked.waived,
  };
  return { plan, owner, ...told, place };
}
