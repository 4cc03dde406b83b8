/** From what was planned and what was found to what is said: pure. */
import type Docker from "dockerode";
import type { EngineName } from "../../engines/podman";
import { PROCESSES, type ServiceSpec } from "../../services/spec";
import type { PlannedService } from "../planned";
import { driftOf, OTHER_SPEC, podmanDriftOf } from "./drift";
import { type Observed } from "./observe";

export interface ServiceStatus {
  readonly service: string;
  /** "running", "exited", …; "missing": there is no container. */
  readonly state: string;
  /** "healthy", "unhealthy", "starting"; "unknown": it has no check, and could not be asked. */
  readonly health: string;
  readonly restarts: number;
  /** Whole seconds since the container was started; undefined unless it runs. */
  readonly uptimeSeconds: number | undefined;
  readonly cpuPercent: number | undefined;
  readonly memoryMiB: number | undefined;
  readonly memoryLimitMiB: number;
  readonly endpoint: string | undefined;
  /** How it differs from the stack, one line each. */
  readonly drift: readonly string[];
}

export interface StackStatus {
  readonly stack: string;
  readonly healthy: boolean;
  readonly services: readonly ServiceStatus[];
  /** What concerns no single service, such as containers that the config does not name. */
  readonly drift: readonly string[];
}

export interface Circumstances {
  readonly endpoint: (service: string) => string | undefined;
  /** Whether a service without a check answers; see `answers`. */
  readonly answers: Readonly<Record<string, boolean | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly engineName: EngineName;
}

const MIB = 2 ** 20;

function healthOf({ container: { State } }: Observed, answered: boolean | undefined): string {
  if (!State.Running || State.Restarting) return "unhealthy";
  // Without a check Podman tells an empty one.
  if (State.Health?.Status && State.Health.Status !== "none") return State.Health.Status;
  if (answered === undefined) return "unknown";
  return answered ? "healthy" : "unhealthy";
}

/** An update sets it when all is up; an engine that was asked by hand may have another. */
function processDrift({ processes = PROCESSES }: ServiceSpec, { HostConfig }: Docker.ContainerInspectInfo): string[] {
  const { PidsLimit: found } = HostConfig;
  return found === processes ? [] : [`limit of processes is ${found ?? "nothing"}, not ${processes}`];
}

/** A service of the plan, with its container if there is one. */
export function serviceStatus(planned: PlannedService, found: Observed | undefined, at: Circumstances): ServiceStatus {
  const { spec, args, files } = planned;
  const base = { service: spec.name, memoryLimitMiB: spec.memoryMiB, endpoint: at.endpoint(spec.name) };
  const touched = files.map((file) => `${file} is missing or was changed`);
  if (found === undefined) {
    const none = { uptimeSeconds: undefined, cpuPercent: undefined, memoryMiB: undefined };
    return {
      ...base,
      ...none,
      state: "missing",
      health: "unhealthy",
      restarts: 0,
      drift: [`the container ${args.name} is missing`, ...touched],
    };
  }
  const { container, usage } = found;
  // Podman tells the limit of processes that a container was made with.
  const differs =
    at.engineName === "podman"
      ? podmanDriftOf(args, found)
      : [...driftOf(args, found), ...processDrift(spec, container)];
  // Touched files alone give another hash: naming them says more.
  const own = differs.filter((line) => line !== OTHER_SPEC || touched.length === 0);
  const { Running: running, Status: state, StartedAt: started } = container.State;
  return {
    ...base,
    state,
    health: healthOf(found, at.answers[spec.name]),
    restarts: container.RestartCount,
    uptimeSeconds: running ? Math.max(0, Math.floor((at.now - Date.parse(started)) / 1000)) : undefined,
    cpuPercent: usage?.cpuPercent,
    memoryMiB: usage && Math.round(usage.memoryBytes / MIB),
    drift: [...(running ? [] : ["the container is stopped"]), ...own, ...touched],
  };
}

/** A service that cannot be asked from here is no reason to call the stack ill. */
export const isWell = ({ health, drift }: ServiceStatus): boolean =>
  (health === "healthy" || health === "unknown") && drift.length === 0;
