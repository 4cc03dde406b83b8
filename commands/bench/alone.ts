/** The images of a stack by themselves: its containers again, without health checks and published ports, in its place. */
import type Docker from "dockerode";
import { SERVICE_LABEL } from "../../engines/container-args";
import { puttingBack, runningServices, type Context, type Running } from "./context";

/** The networks of a container of the stack, with the service's name on each. */
function endpoints({ Config, HostConfig, NetworkSettings }: Docker.ContainerInspectInfo) {
  const Aliases = [Config.Labels[SERVICE_LABEL] ?? ""];
  const names = HostConfig.NetworkMode === "none" ? [] : Object.keys(NetworkSettings.Networks);
  return names.map((name) => ({ name, EndpointConfig: { Aliases } }));
}

/** What the engine is asked to make of a container of the stack: the same, but for what this is about. */
export function aloneOptions(found: Docker.ContainerInspectInfo): Docker.ContainerCreateOptions {
  const { Name, HostConfig, Config } = found;
  const { Image, Cmd, Entrypoint, Env, User, WorkingDir } = Config;
  // Engines before version 1.44 of the API take one network when a container is made.
  const [first] = endpoints(found);
  return {
    name: `${Name.slice(1)}-alone`,
    ...{ Image, Cmd, Entrypoint: Entrypoint ?? undefined, Env, User, WorkingDir },
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      ...HostConfig,
      ...(first === undefined ? {} : { NetworkMode: first.name }),
      PortBindings: {},
      // Some start before what they look for is there.
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 5 },
    },
    ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first.name]: first.EndpointConfig } } }),
  };
}

async function startAlone(docker: Docker, found: Docker.ContainerInspectInfo): Promise<Docker.Container> {
  const options = aloneOptions(found);
  // Left over from a run that was killed.
  await docker
    .getContainer(options.name ?? "")
    .remove({ force: true })
    .catch(() => undefined);
  const container = await docker.createContainer(options);
  for (const { name, EndpointConfig } of endpoints(found).slice(1))
    await docker.getNetwork(name).connect({ Container: container.id, EndpointConfig });
  await container.start();
  return container;
}

/** Starts each, also when another does not start. @throws Error naming those */
async function startAll(docker: Docker, stack: readonly Running[]): Promise<void> {
  const faults: string[] = [];
  // Servers first: the gateway asks them for their tools when it starts.
  for (const { id, service } of [...stack].sort((a, b) => startRank(a) - startRank(b)))
    await docker
      .getContainer(id)
      .start()
      .catch((error: Error) => faults.push(`${service} does not start again: ${error.message}`));
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

/**
 * Stops the stack, lets `use` look at its images alone, and starts the stack again.
 *
 * @throws Error when an image does not run alone; the stack is started all the same
 */
export async function withAlone<T>(context: Context, use: (services: readonly Running[]) => Promise<T>): Promise<T> {
  const { docker } = context;
  const stack = await runningServices(context);
  const found = await Promise.all(stack.map(({ id }) => docker.getContainer(id).inspect()));
  const alone: Docker.Container[] = [];
  return puttingBack(
    async () => {
      await Promise.all(stack.map(({ id }) => docker.getContainer(id).stop()));
      for (const one of found) alone.push(await startAlone(docker, one));
      return use(alone.map(({ id }, index) => ({ id, service: stack[index]?.service ?? "" })));
    },
    async () => {
      for (const container of alone) await container.remove({ force: true }).catch(() => undefined);
      await startAll(docker, stack);
    },
  );
}

const LAST = ["mcp-gateway", "mcp-router", "traefik"];
const startRank = ({ service }: Running): number => LAST.indexOf(service);
