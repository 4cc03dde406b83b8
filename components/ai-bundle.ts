import * as pulumi from "@pulumi/pulumi";
import type * as layout from "../engines/files/layout";
import type { Running } from "../engines/engine";
import type { AiServices } from "../services/ai/plan";
import { SECRETS } from "../services/ai/settings";
import type { ModelChoice } from "../services/model-choice";
import type { SecretSource } from "../engines/files/user-secrets";
import { Images, type ImagesArgs } from "./images";
import { ModelDownload } from "./model-download";
import { Secrets } from "./secrets";
import { runService, sharedFiles, type Foundation } from "./service";

export interface AiBundleArgs {
  /** The core's; images and secrets of the bundle are its own. */
  readonly foundation: Foundation;
  readonly services: AiServices;
  readonly images: ImagesArgs;
  readonly models: { readonly llama: ModelChoice; readonly whisper: ModelChoice };
  readonly secrets: { readonly generated: readonly layout.SecretPlan[]; readonly copied: readonly layout.CopyPlan[] };
  /** Where a token for the models' host may be. */
  readonly userSecrets: SecretSource;
}

/**
 * Local chat and speech behind the same ingress.
 *
 *     ingress → open-webui → llm-proxy → llama-cpp, whisper-cpp ← models
 */
export class AiBundle extends pulumi.ComponentResource {
  readonly running: readonly Running[];
  /** The key of the models' API, as a secret. */
  readonly llmProxyKey: pulumi.Output<string | undefined>;

  constructor(name: string, args: AiBundleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:AiBundle", name, {}, opts);
    const { foundation: core, services } = args;
    const { file: secretsFile, config } = args.userSecrets;
    const { dataDir, dataReady } = core;
    for (const network of ["ai", "ai-outside"] as const) core.engine.network(network, this);
    const images = new Images(`${name}-images`, args.images, { parent: this });
    const secrets = new Secrets(
      `${name}-secrets`,
      { dataDir, after: dataReady, shared: core.secrets, ...args.secrets },
      { parent: this },
    );
    const files = sharedFiles(`${name}-files`, Object.values(services), core, this);
    const foundation = { ...core, images, secrets, files };
    const model = (server: string, choice: ModelChoice): ModelDownload =>
      new ModelDownload(
        `${server}-model`,
        { choice, dataDir, dataReady, secretsFile, secrets: config },
        { parent: this },
      );

    const llamaModel = model("llama-cpp", args.models.llama);
    const whisperModel = model("whisper-cpp", args.models.whisper);
    const llama = runService(services.llama, foundation, { parent: this, files: llamaModel.files });
    const whisper = runService(services.whisper, foundation, { parent: this, files: whisperModel.files });
    const proxy = runService(services.proxy, foundation, { parent: this });
    const webui = runService(services.webui, foundation, { parent: this });

    this.llmProxyKey = secrets.output(SECRETS.masterKey, "key");
    this.running = [llama, whisper, proxy, webui];
    this.registerOutputs({});
  }
}
