import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { McpServer } from "./mcp-server";
import { runServiceOnce, sharedFiles, type Foundation } from "./service";

export interface McpServersArgs {
  readonly foundation: Foundation;
  /** Fills the directory of programs that all servers mount. */
  readonly bridge: ServiceSpec;
  readonly specs: readonly ServiceSpec[];
}

/** Every enabled catalog server, with the network that leads to them. */
export class McpServers extends pulumi.ComponentResource {
  readonly running: readonly Running[];

  constructor(name: string, args: McpServersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:McpServers", name, {}, opts);
    const { foundation: core, specs } = args;
    core.engine.network("mcp-servers", this);
    const foundation = { ...core, files: sharedFiles(`${name}-files`, [args.bridge, ...specs], core, this) };
    const bridge = runServiceOnce(args.bridge, foundation, { parent: this, on: [] });
    this.running = specs.map(
      (spec) => new McpServer(spec.name, { foundation, spec, bridge }, { parent: this }).running,
    );
    this.registerOutputs({});
  }
}
