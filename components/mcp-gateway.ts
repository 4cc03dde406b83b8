import * as pulumi from "@pulumi/pulumi";
import type { Running, SharedVolume } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";
import { ServerContainers, type ServerContainersArgs } from "./server-containers";

export interface McpGatewayArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
  /** Catalog servers that run already: it asks each for its tools when it starts. */
  readonly servers?: readonly Running[];
  /** What it needs to start catalog servers itself. */
  readonly starts?: StartsServers | undefined;
}

export interface StartsServers {
  /** Names of the images of its servers, which it starts without pulling. */
  readonly images: readonly string[];
  /** Data directories that the servers mount by volume name. */
  readonly volumes: readonly SharedVolume[];
  /** How to find the containers that the gateway starts. */
  readonly containers: ServerContainersArgs;
}

/**
 * One MCP endpoint in front of every enabled catalog server, which it connects to or starts.
 *
 *     router → [gateway] → catalog servers
 */
export class McpGateway extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: McpGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:McpGateway", name, {}, opts);
    const { foundation, spec, servers = [], starts } = args;
    const started = starts === undefined ? [] : this.serversToStart(name, foundation, starts);
    this.running = runService(spec, foundation, {
      parent: this,
      directories: (starts?.volumes ?? []).map(({ path }) => path),
      after: [...started, ...servers.map(({ ready }) => ready)],
    });
    this.registerOutputs({ container: this.running.id });
  }
  private serversToStart(name: string, { engine, images }: Foundation, starts: StartsServers): pulumi.Resource[] {
    const shared = starts.volumes.map((volume) => engine.volume(volume, this));
    // Deleted after the gateway and before the volumes: by then nothing starts servers any more.
    const leftovers = new ServerContainers(`${name}-servers`, starts.containers, { parent: this, dependsOn: shared });
    return [...images.of(starts.images), ...shared, leftovers.ready];
  }
}
