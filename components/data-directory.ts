import * as pulumi from "@pulumi/pulumi";
import * as layout from "../engines/files/layout";
import { hostCommand } from "./host-command";

export interface DataDirectoryArgs {
  /** Absolute path. */
  readonly dataDir: string;
  readonly owner: layout.Owner;
}

/** The directory of everything that survives `destroy`, marked with the stack that it belongs to. */
export class DataDirectory extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource;

  constructor(name: string, { dataDir, owner }: DataDirectoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:DataDirectory", name, { dataDir }, opts);
    this.ready = hostCommand(
      `${name}-owner`,
      "owner",
      { base: dataDir, owner, generation: layout.ownerGeneration(dataDir, owner) },
      { parent: this },
    );
    this.registerOutputs({ dataDir });
  }
}
