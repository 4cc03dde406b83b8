/** What the start page says: plain data, without a secret. */
import type { Topology } from "../topology";
import type { ClientConfig } from "./clients";

/** How a service's health is found out; without `path`, why it is not. */
export interface PageHealth {
  /** Asked by the page, such as /healthz/mcp-gateway. */
  readonly path?: string;
  /** Service that has to be well for the answer to tell anything. */
  readonly through?: string;
  /** In words. */
  readonly source: string;
}

export interface PageService {
  readonly name: string;
  /** "core", or the bundle that it is part of. */
  readonly part: string;
  readonly purpose: string;
  readonly health: PageHealth;
}

/** A page for people, or an address for programs. */
export interface PageLink {
  readonly name: string;
  readonly url: string;
  readonly description: string;
}

export interface PageImage {
  readonly name: string;
  /** Version as catalogs/images.yaml tells it; undefined: unknown. */
  readonly version: string | undefined;
  /** Complete reference that containers are started by. */
  readonly reference: string;
  /** What runs it: services, or catalog servers. */
  readonly usedBy: readonly string[];
}

export interface PageData {
  readonly stack: string;
  /** Where whoever is signed in signs out; undefined: nobody is. */
  readonly signOut?: string;
  /** Where the ingress answers on this machine; the browser puts its own address in its place. */
  readonly base: string;
  readonly services: readonly PageService[];
  /** Pages for people. */
  readonly pages: readonly PageLink[];
  /** Addresses for programs. */
  readonly endpoints: readonly PageLink[];
  /** Bundles that are off. */
  readonly off: readonly string[];
  readonly servers: readonly string[];
  readonly clients: readonly ClientConfig[];
  /** Whether images were built here, or pulled. */
  readonly imageSource: "build" | "pull";
  readonly images: readonly PageImage[];
  readonly topology: Topology;
}
