import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import type { HostFiles } from "../engines/engine";
import type { DownloadPlan } from "../engines/models/plan";
import { modelGeneration } from "../engines/models/record";
import type { ModelChoice } from "../services/model-choice";
import { KINDS } from "../services/models";

export interface ModelDownloadArgs {
  readonly choice: ModelChoice;
  /** Absolute path. */
  readonly dataDir: string;
  readonly dataReady: pulumi.Resource;
  /** Absolute path of the dotenv file that may hold a token for the model's host; it may be missing. */
  readonly secretsFile: string;
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
    const run = "node --require ./loader.js engines/models/main.ts";
    const ready = new command.local.Command(
      `${name}-file`,
      { create: run, update: run, stdin: JSON.stringify({ ...plan, generation }) },
      { parent: this, dependsOn: args.dataReady },
    );
    this.files = { ready: [ready], generations: [generation] };
    this.registerOutputs({ file: path.posix.join(KINDS[kind].directory, file) });
  }
}

/** The token is named, never told: the plan is an input, which the state keeps. */
function downloadPlan({ choice, dataDir, secretsFile }: ModelDownloadArgs): Omit<DownloadPlan, "generation"> {
  const { kind, file, url, sha256, bytes, token } = choice;
  const { directory, format, setting } = KINDS[kind];
  const target = path.join(dataDir, directory, file);
  return { url, target, format, sha256, bytes, setting, token: { file: secretsFile, name: token } };
}
