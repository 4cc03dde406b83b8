/** The Dify bundle as services, from the config: pure. */
import type { Config } from "../../config";
import { withOverride } from "../overrides";
import type { ServiceSpec } from "../spec";
import { apiService, beatService, migrationOneShot, workerService } from "./api";
import { memorySum } from "./memory";
import { bucketOneShot, minioService } from "./minio";
import { difyNginxService } from "./nginx";
import { OWNERS, permissionsOneShot } from "./permissions";
import { pluginDaemonService } from "./plugin-daemon";
import { databaseOneShot, POSTGRES, POSTGRES_DATA, POSTGRES_MAJOR, postgresService } from "./postgres";
import { redisService } from "./redis";
import { sandboxService } from "./sandbox";
import { GENERATED, RELEASE_IMAGES, type DifySettings } from "./settings";
import { apiProxyService, ssrfProxyService } from "./ssrf-proxy";
import { webService } from "./web";

export interface DifyServices {
  readonly postgres: ServiceSpec;
  readonly redis: ServiceSpec;
  readonly minio: ServiceSpec;
  readonly ssrfProxy: ServiceSpec;
  readonly sandbox: ServiceSpec;
  readonly apiProxy: ServiceSpec;
  readonly api: ServiceSpec;
  readonly worker: ServiceSpec;
  readonly beat: ServiceSpec;
  readonly daemon: ServiceSpec;
  readonly web: ServiceSpec;
  readonly nginx: ServiceSpec;
}

/** What runs to its end, in this order, each before the services that need it. */
export interface DifyOneShots {
  readonly permissions: ServiceSpec;
  readonly database: ServiceSpec;
  readonly bucket: ServiceSpec;
  readonly migration: ServiceSpec;
}

export interface DifyPlan {
  readonly services: DifyServices;
  readonly oneShots: DifyOneShots;
  readonly generatedSecrets: typeof GENERATED;
  /** What has to hold of data that is there already; see engines/kept-data.ts. */
  readonly data: {
    readonly database: { readonly path: string; readonly major: string; readonly service: string };
    readonly owners: Readonly<Record<string, string>>;
  };
  /** Sum of the services' memory limits. */
  readonly memoryMiB: number;
}

export interface DifyResult {
  /** Undefined when there are faults. */
  readonly plan: DifyPlan | undefined;
  readonly faults: readonly string[];
}

/** The images of a release were made for each other: another digest for some of them alone mixes versions. */
function releaseFaults({ imageDigests }: Pick<Config, "imageDigests">): string[] {
  const changed = RELEASE_IMAGES.filter((name) => imageDigests[name] !== undefined);
  if (changed.length === 0 || changed.length === RELEASE_IMAGES.length) return [];
  const missing = RELEASE_IMAGES.filter((name) => !changed.includes(name));
  return [
    `imageDigests: ${changed.join(", ")} of Dify has another digest, but ${missing.join(", ")} has not, and the images of a ` +
      "release go together; set the digests of all four of one release, or of none",
  ];
}

/** Plans the bundle; every fault comes back together. */
export function difyPlan(config: Config, { dataUser }: Pick<DifySettings, "dataUser">): DifyResult {
  const faults = releaseFaults(config);
  if (faults.length > 0) return { plan: undefined, faults };
  const settings: DifySettings = { ...config, dataUser, withAi: config.bundles.includes("ai") };
  const changed = (spec: ServiceSpec): ServiceSpec => withOverride(spec, config.overrides[spec.name]);
  const services = {
    postgres: changed(postgresService()),
    redis: changed(redisService()),
    minio: changed(minioService(settings)),
    ssrfProxy: changed(ssrfProxyService()),
    sandbox: changed(sandboxService()),
    apiProxy: changed(apiProxyService(settings)),
    api: changed(apiService(settings)),
    worker: changed(workerService(settings)),
    beat: changed(beatService(settings)),
    daemon: changed(pluginDaemonService(settings)),
    web: changed(webService()),
    nginx: changed(difyNginxService(settings)),
  };
  const oneShots = {
    permissions: permissionsOneShot(),
    database: databaseOneShot(),
    bucket: bucketOneShot(),
    migration: migrationOneShot(settings),
  };
  const memoryMiB = memorySum(Object.values(services));
  const data = {
    database: { path: POSTGRES_DATA, major: POSTGRES_MAJOR, service: POSTGRES },
    owners: { ...OWNERS, minio: dataUser },
  };
  return { plan: { services, oneShots, generatedSecrets: GENERATED, data, memoryMiB }, faults: [] };
}
