import * as pulumi from "@pulumi/pulumi";
import type * as layout from "../engines/files/layout";
import type { Running } from "../engines/engine";
import type { DifyOneShots, DifyServices } from "../services/dify/plan";
import type { ServiceSpec } from "../services/spec";
import { Images, type ImagesArgs } from "./images";
import { Secrets } from "./secrets";
import { runService, runServiceOnce, sharedFiles, type Foundation } from "./service";

export interface DifyBundleArgs {
  /** The core's; images and secrets of the bundle are its own. */
  readonly foundation: Foundation;
  readonly services: DifyServices;
  readonly oneShots: DifyOneShots;
  readonly images: ImagesArgs;
  readonly secrets: { readonly generated: readonly layout.SecretPlan[]; readonly copied: readonly layout.CopyPlan[] };
}

/**
 * Dify behind the same ingress. Each waits for what is left of its arrow:
 *
 *     permissions ─┬→ postgres → database ─┬→ migration → api, worker, beat, plugin daemon
 *                  └→ redis ───────────────┤
 *                        minio → bucket ───┘
 *
 * The others, who ask each other only for a request's sake, wait for nobody.
 */
export class DifyBundle extends pulumi.ComponentResource {
  readonly running: readonly Running[];

  constructor(name: string, args: DifyBundleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:DifyBundle", name, {}, opts);
    const { services, oneShots } = args;
    const foundation = this.ownFoundation(name, args);
    const run = (spec: ServiceSpec, ...after: Running[]): Running =>
      runService(spec, foundation, { parent: this, after: after.map(({ ready }) => ready) });
    const once = (spec: ServiceSpec, ...on: Running[]): Running =>
      runServiceOnce(spec, foundation, { parent: this, on });

    const permissions = once(oneShots.permissions);
    const postgres = run(services.postgres, permissions);
    const redis = run(services.redis, permissions);
    const minio = run(services.minio);
    const database = once(oneShots.database, postgres);
    const bucket = once(oneShots.bucket, minio);
    const migration = once(oneShots.migration, database, redis, bucket);
    const proxy = run(services.ssrfProxy);
    const sandbox = run(services.sandbox);
    const apiProxy = run(services.apiProxy);
    const api = run(services.api, migration);
    const worker = run(services.worker, migration);
    const beat = run(services.beat, migration);
    const daemon = run(services.daemon, migration);
    const web = run(services.web);
    const nginx = run(services.nginx);

    this.running = [postgres, redis, minio, proxy, sandbox, apiProxy, api, worker, beat, daemon, web, nginx];
    this.registerOutputs({});
  }

  /** Its networks, images, secrets and host files upon the core's. */
  private ownFoundation(name: string, args: DifyBundleArgs): Foundation {
    const { foundation: core, images, secrets, services, oneShots } = args;
    for (const network of ["dify", "dify-ssrf", "dify-outside"] as const) core.engine.network(network, this);
    const { dataDir, dataReady } = core;
    return {
      ...core,
      images: new Images(`${name}-images`, images, { parent: this }),
      secrets: new Secrets(
        `${name}-secrets`,
        { dataDir, after: dataReady, shared: core.secrets, ...secrets },
        { parent: this },
      ),
      files: sharedFiles(`${name}-files`, [...Object.values(oneShots), ...Object.values(services)], core, this),
    };
  }
}
