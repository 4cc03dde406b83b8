/** The files that the gateway reads: those of the checkout, reduced to what it is to offer, with the images of this stack. */
import { stringify } from "yaml";
import { configKey, type CatalogData, type CatalogServer } from "./model";
import { familiar, imageName, type CatalogImages } from "./validate";

/** Texts for the gateway. */
export interface GatewayFiles {
  readonly catalog: string;
  readonly registry: string;
  readonly config: string;
  readonly tools: string;
}

/** What a server runs: an image of catalogs/images.yaml as this stack has it, the catalog's own, or none (remote). */
export function serverImage(name: string, server: CatalogServer, images: CatalogImages): string | undefined {
  if (server.type === "remote" || server.image === undefined) return undefined;
  const own = imageName(name, images);
  // Without registry and tag where Docker Hub is meant: the engine lists pulled images so, and the gateway compares text.
  return familiar(own === undefined ? server.image : images.reference(own));
}

const pick = <T>(all: Readonly<Record<string, T>>, keep: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => keep.includes(key)));

// Long lines stay whole, so that equal content is equal text whatever its length.
const yaml = (value: unknown): string => stringify(value, { lineWidth: 0 });

/** `offered` are in the catalog, `enabled` of them are served; both hold only known names. */
export function renderFiles(
  data: CatalogData,
  offered: readonly string[],
  enabled: readonly string[],
  images: CatalogImages,
): GatewayFiles {
  const servers = Object.entries(pick(data.catalog.registry, offered)).map(([name, server]) => {
    const image = serverImage(name, server, images);
    return [name, image === undefined ? server : { ...server, image }] as const;
  });
  return {
    catalog: yaml({ ...data.catalog, registry: Object.fromEntries(servers) }),
    registry: yaml({ registry: Object.fromEntries(enabled.map((name) => [name, { ref: "" }])) }),
    config: yaml(pick(data.config, offered.map(configKey))),
    tools: yaml(pick(data.tools, offered)),
  };
}
