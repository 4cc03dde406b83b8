/**
 * Which service starts after which, as the components wire them (a test compares the two): pure. Only what fails to start, or
 * starts with less, without the other waits for it; who asks another for each request finds it when it is there.
 */
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
  { spec: router, after: [] },
  { spec: ingress, after: [] },
  ...(oidc === undefined ? [] : [{ spec: oidc, after: [] }]),
];

/** The part of the AI bundle. */
export const aiOrder = ({ llama, whisper, proxy, webui }: AiServices): Ordered[] => [
  { spec: llama, after: [] },
  { spec: whisper, after: [] },
  { spec: proxy, after: [] },
  { spec: webui, after: [] },
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
  { spec: sandbox, after: [] },
  { spec: apiProxy, after: [] },
  { spec: api, after: [migration] },
  { spec: worker, after: [migration] },
  { spec: beat, after: [migration] },
  { spec: daemon, after: [migration] },
  { spec: web, after: [] },
  { spec: nginx, after: [] },
];

/** Every service and one-shot of a plan, each after those that it waits for. */
export const startOrder = ({ ai, dify, ...core }: OrderedServices): Ordered[] => [
  ...coreOrder(core),
  ...(ai === undefined ? [] : aiOrder(ai.services)),
  ...(dify === undefined ? [] : difyOrder(dify.services, dify.oneShots)),
];
