import * as pulumi from "@pulumi/pulumi";
import type { Running, SharedVolume } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";
import { ServerContainers, type ServerContainersArgs } from "./server-containers";

export interface McpGatewayArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
  /** Names of the images of its servers, which it starts without pulling. */
  readonly serverImages: readonly string[];
  /** Data directories that the servers mount by volume name. */
  readonly volumes: readonly SharedVolume[];
  /** How to find the containers that the gateway starts. */
  readonly servers: ServerContainersArgs;
}

/**
 * One MCP endpoint in front of every enabled catalog server. The gateway itself starts the servers' containers.
 *
 *     router → [gateway] → catalog servers
 */
export class McpGateway extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: McpGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:McpGateway", name, {}, opts);
    const { foundation, spec, serverImages, volumes, servers } = args;
    const shared = volumes.map((volume) => foundation.engine.volume(volume, this));
    // Deleted after the gateway and before the volumes: by then nothing starts servers any more.
    const leftovers = new ServerContainers(`${name}-servers`, servers, { parent: this, dependsOn: shared });
    const directories = volumes.map(({ path }) => path);
    this.running = runService(spec, foundation, {
      parent: this,
      directories,
      after: [...foundation.images.of(serverImages), ...shared, leftovers.ready],
    });
    this.registerOutputs({ container: this.running.id });
  }
}
