import type { Override } from "../config";
import { withWayOut, type ServiceSpec } from "./spec";

/**
 * The spec with a user's changes. A host port publishes the service's main port on 127.0.0.1 only, because whatever it
 * reaches there passes by the checks of the ingress.
 *
 * @throws Error when a host port is asked for a service without a port.
 */
export function withOverride(spec: ServiceSpec, override: Override | undefined): ServiceSpec {
  if (override === undefined) return spec;
  const { memoryMiB, processes, environment, arguments: extra, hostPort } = override;
  return {
    ...spec,
    memoryMiB: memoryMiB ?? spec.memoryMiB,
    ...(processes === undefined ? {} : { processes }),
    environment: { ...spec.environment, ...environment },
    command: [...spec.command, ...(extra ?? [])],
    ...(hostPort === undefined
      ? {}
      : { ports: [...spec.ports, published(spec, hostPort)], networks: withWayOut(spec.networks) }),
  };
}

function published(spec: ServiceSpec, host: number) {
  if (spec.port !== undefined) return { container: spec.port, host, address: "127.0.0.1" };
  throw new Error(
    `overrides.${spec.name}.hostPort: "${host}" cannot be published because ${spec.name} has no port; remove it`,
  );
}
