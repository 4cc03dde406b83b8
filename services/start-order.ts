/** Which service starts after which, as the components wire them (a test compares the two): pure. */
import type { AiServices } from "./ai/plan";
import type { CoreServices } from "./core";
import type { DifyOneShots, DifyServices } from "./dify/plan";
import type { ServiceSpec } from "./spec";

export interface OrderedServices {
  readonly core: CoreServices;
  readonly servers?: { readonly bridge: ServiceSpec; readonly specs: readonly ServiceSpec[] } | undefined;
  readonly ai?: { readonly services: AiServices } | undefined;
  readonly dify?: { readonly services: DifyServices; readonly oneShots: DifyOneShots } | undefined;
}

/** A service, and those that it waits for: until they are healthy, or have run to their end. */
export interface Ordered {
  readonly spec: ServiceSpec;
  readonly after: readonly ServiceSpec[];
}

/** Catalog servers come before the gateway, which asks each for its tools when it starts. */
const coreOrder = ({ core: { gateway, nixos, router, ingress, oidc }, servers }: OrderedServices): Ordered[] => [
  ...(servers === undefined ? [] : [{ spec: servers.bridge, after: [] }]),
  ...(servers?.specs ?? []).map((spec) => ({ spec, after: servers === undefined ? [] : [servers.bridge] })),
  { spec: gateway, after: servers?.specs ?? [] },
  { spec: nixos, after: [] },
  { spec: router, after: [gateway, nixos] },
  { spec: ingress, after: [router] },
  ...(oidc === undefined ? [] : [{ spec: oidc, after: [] }]),
];

/** The part of the AI bundle. */
export const aiOrder = ({ llama, whisper, proxy, webui }: AiServices): Ordered[] => [
  { spec: llama, after: [] },
  { spec: whisper, after: [] },
  { spec: proxy, after: [llama, whisper] },
  { spec: webui, after: [proxy] },
];

/** The part of the Dify bundle. */
export const difyOrder = (
  { postgres, redis, minio, ssrfProxy, apiProxy, sandbox, api, worker, beat, daemon, web, nginx }: DifyServices,
  { permissions, database, bucket, migration }: DifyOneShots,
): Ordered[] => [
  { spec: permissions, after: [] },
  { spec: postgres, after: [permissions] },
  { spec: redis, after: [permissions] },
  { spec: minio, after: [] },
  { spec: database, after: [postgres] },
  { spec: bucket, after: [minio] },
  { spec: migration, after: [database, redis, bucket] },
  { spec: ssrfProxy, after: [] },
  { spec: sandbox, after: [ssrfProxy] },
  { spec: apiProxy, after: [] },
  { spec: api, after: [migration, sandbox, apiProxy] },
  { spec: worker, after: [api] },
  { spec: beat, after: [api] },
  { spec: daemon, after: [database, redis, api] },
  { spec: web, after: [api] },
  { spec: nginx, after: [api, daemon, web] },
];

/** Every service and one-shot of a plan, each after those that it waits for. */
export const startOrder = ({ ai, dify, ...core }: OrderedServices): Ordered[] => [
  ...coreOrder(core),
  ...(ai === undefined ? [] : aiOrder(ai.services)),
  ...(dify === undefined ? [] : difyOrder(dify.services, dify.oneShots)),
];
