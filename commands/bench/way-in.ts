/** A way to a service past the ingress: the stack's networks are closed, to this machine as well. */
import type Docker from "dockerode";
import { resourceName, type Placement } from "../../engines/container-args";

/**
 * Joins a service to a network of its own that this machine reaches, lets `use` work with its address there, and takes it off
 * again. Only from the engine's own host.
 *
 * @throws Error when the service does not run
 */
export async function withAddress<T>(
  docker: Docker,
  place: Pick<Placement, "project" | "stack">,
  service: string,
  use: (address: string) => Promise<T>,
): Promise<T> {
  const container = docker.getContainer(resourceName(place, service));
  const { State } = (await container.inspect().catch(() => undefined)) ?? {};
  if (!State?.Running) throw new Error(`${service} of the stack ${place.stack} does not run; bring it up: npm run up`);
  const Name = resourceName(place, "bench");
  const network = await docker.createNetwork({ Name, Driver: "bridge" });
  try {
    await network.connect({ Container: container.id });
    const { NetworkSettings } = await container.inspect();
    return await use(NetworkSettings.Networks[Name]?.IPAddress ?? "");
  } finally {
    await network.disconnect({ Container: container.id, Force: true }).catch(() => undefined);
    await network.remove();
  }
}
