import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { pageGeneration } from "../engines/files/page";
import type { PageData } from "../services/start-page/model";

export interface StartPageArgs {
  /** Absolute path. */
  readonly dataDir: string;
  readonly dataReady: pulumi.Resource;
  readonly page: PageData;
  /** Changes when the page looks another way for the same data. */
  readonly drawnBy: string;
}

const WRITE = "node --require ./loader.js commands/start-page.ts";

/**
 * The page that mcp-router serves, and no part of it: what it says depends on the bundles, and the router must not. The
 * router only mounts its directory.
 */
export class StartPage extends pulumi.ComponentResource {
  constructor(name: string, args: StartPageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:StartPage", name, {}, opts);
    const { dataDir: base, dataReady, page, drawnBy } = args;
    const stdin = JSON.stringify({ base, generation: pageGeneration(base), drawnBy, page });
    const commands = { create: WRITE, update: WRITE, stdin };
    new command.local.Command(`${name}-files`, commands, { parent: this, dependsOn: dataReady });
    this.registerOutputs({});
  }
}
