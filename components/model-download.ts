import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import type { HostFiles } from "../engines/engine";
import { modelGeneration } from "../engines/models/record";
import { KINDS } from "../services/models";
import type { ConfigSecrets } from "../engines/files/user-secrets";
import { downloadPlan, withToken, type ModelPlace } from "./model-plan";

export interface ModelDownloadArgs extends ModelPlace {
  readonly dataReady: pulumi.Resource;
  /** Of the stack's config. */
  readonly secrets: ConfigSecrets;
}

/** A model file below dataDir, fetched unless it is there and right. `destroy` keeps it: there is no delete on purpose. */
export class ModelDownload extends pulumi.ComponentResource {
  /** What makes the file, and the word that changes when it was made again, for the server that mounts it. */
  readonly files: HostFiles;

  constructor(name: string, args: ModelDownloadArgs, opts?: pulumi.ComponentResourceOptions) {
    const { kind, file, url, sha256 } = args.choice;
    super("mcp-stack:components:ModelDownload", name, { file, url, sha256 }, opts);
    const plan = downloadPlan(args);
    const generation = modelGeneration(plan);
    const order = withToken({ ...plan, generation }, args.secrets);
    const text = JSON.stringify(order);
    const stdin = order.token?.value === undefined ? text : pulumi.secret(text);
    const run = "node --require ./loader.js engines/models/main.ts";
    const ready = new command.local.Command(
      `${name}-file`,
      { create: run, update: run, stdin },
      { parent: this, dependsOn: args.dataReady },
    );
    this.files = { ready: [ready], generations: [generation] };
    this.registerOutputs({ file: path.posix.join(KINDS[kind].directory, file) });
  }
}
