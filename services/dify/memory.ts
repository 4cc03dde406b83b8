/**
 * Hard limits in MiB, the one table. Measured by others with the published images: api 505, worker 495 to 865, plugin
 * daemon 240, Squid 26; the rest is room for uploads, plugins (processes of the daemon) and queries.
 */
export const MEMORY = {
  "dify-postgres": 768,
  "dify-redis": 192,
  minio: 384,
  "dify-ssrf-proxy": 128,
  "dify-api-proxy": 128,
  "dify-sandbox": 512,
  "dify-api": 1280,
  "dify-worker": 1280,
  "dify-worker-beat": 384,
  "dify-plugin-daemon": 1024,
  "dify-web": 512,
  dify: 64,
} as const;

/** Of each one-shot, in MiB. They run before the services that need the most are there. MinIO's client was killed with 128. */
export const ONE_SHOT_MEMORY = { small: 256, migration: 1280 } as const;

const MIB = 1024 * 1024;

/** Sum of the limits of services that run at the same time, in MiB. */
export const memorySum = (services: readonly { readonly memoryMiB: number }[]): number =>
  services.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);

/** What a preview says of the bundle's memory. */
export const memoryLine = (sumMiB: number, engineBytes: number): string =>
  `Dify: the memory limits of its services add up to ${sumMiB} MiB; the engine has ${Math.floor(engineBytes / MIB)} MiB`;

/** Why the bundle cannot run on an engine with so much memory (bytes; 0: unknown). */
export function memoryFaults(sumMiB: number, engineBytes: number): string[] {
  if (engineBytes === 0 || sumMiB * MIB <= engineBytes) return [];
  return [
    `bundles: "dify" needs ${sumMiB} MiB, the sum of its services' memory limits, but the engine has only ` +
      `${Math.floor(engineBytes / MIB)} MiB; leave dify out, give the engine more, or lower limits: ` +
      "pulumi config set --path overrides.dify-worker.memoryMiB 1024",
  ];
}
