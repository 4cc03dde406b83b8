/** The container of a spec that runs once, in the words of the engine's API: pure. */
import type { ContainerCreateOptions } from "dockerode";
import { PROCESSES } from "../../services/spec";
import type { ContainerArgs } from "../container-args";

const MIB = 1024 * 1024;

/** What `containerArgs` says, less what only a service has (health check, restart, ports). */
export function createOptions(args: ContainerArgs): ContainerCreateOptions {
  const [first, ...others] = args.networksAdvanced;
  const endpoints = [first, ...others].flatMap((network) =>
    network === undefined ? [] : [[network.name, { Aliases: network.aliases }] as const],
  );
  return {
    name: args.name,
    Image: args.image,
    ...(args.entrypoints === undefined ? {} : { Entrypoint: args.entrypoints }),
    ...(args.command === undefined ? {} : { Cmd: args.command }),
    Env: args.envs,
    ...(args.user === undefined ? {} : { User: args.user }),
    Labels: Object.fromEntries(args.labels.map(({ label, value }) => [label, value])),
    StopTimeout: args.stopTimeout,
    HostConfig: {
      NetworkMode: first?.name ?? "none",
      ReadonlyRootfs: args.readOnly,
      CapDrop: args.capabilities.drops,
      CapAdd: args.capabilities.adds ?? [],
      SecurityOpt: args.securityOpts,
      Init: args.init,
      LogConfig: { Type: args.logDriver, Config: args.logOpts },
      Mounts: args.mounts.map(({ type, source, target, readOnly }) => ({
        Type: type,
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      })),
      Tmpfs: args.tmpfs,
      Memory: args.memory * MIB,
      MemorySwap: args.memorySwap * MIB,
      PidsLimit: PROCESSES,
      RestartPolicy: { Name: "no" },
    },
    // One at creation; the engine of API 1.41 takes no more.
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints.slice(0, 1)) },
  };
}

/** Networks that it joins after its creation, with its names there. */
export const furtherNetworks = (args: ContainerArgs): { name: string; aliases: string[] }[] =>
  args.networksAdvanced.slice(1);
