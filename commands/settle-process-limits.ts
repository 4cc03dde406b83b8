/**
 * Limits of processes that somebody changed by hand. The node that sets them runs again only for another container, and the
 * provider does not read them, so no look of Pulumi's finds it.
 */
import type Docker from "dockerode";
import { SERVICE_LABEL } from "../engines/container-args";
import { limitProcesses } from "../engines/process-limits/limit";
import type { EngineName } from "../engines/podman";
import { PROCESSES, type ServiceSpec } from "../services/spec";
import { stackContainers } from "./status/observe";

type Stack = Parameters<typeof stackContainers>[1];

/** After an update: gives each container of these services its own limit back, and says which had another. */
export async function settleProcessLimits(
  { docker, engine }: { readonly docker: Docker; readonly engine: EngineName },
  stack: Stack,
  specs: readonly ServiceSpec[],
  say: (line: string) => void,
): Promise<void> {
  const limits = new Map(specs.map(({ name, processes = PROCESSES }) => [name, processes]));
  for (const { Id, Labels } of await stackContainers(docker, stack)) {
    const service = Labels[SERVICE_LABEL] ?? "";
    const processes = limits.get(service);
    if (processes === undefined) continue;
    const { PidsLimit } = (await docker.getContainer(Id).inspect()).HostConfig;
    if (PidsLimit === processes) continue;
    await limitProcesses(docker, [{ id: Id, service, processes }], engine);
    say(`${service}: its limit of processes was ${PidsLimit ?? "gone"}; it is ${processes} again`);
  }
}
