/** What tests of the list of components share: this checkout's lists, and the document as they read it. */
import { sbomDocument } from "../../commands/sbom/document";
import { collectParts } from "../../commands/sbom/collect";
import type { Part } from "../../commands/sbom/part";
import { configOf } from "./config";

export interface Component {
  readonly type: string;
  readonly name: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}
export interface Document {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

export const SETTINGS = {
  subject: { name: "s", version: "1.0.0", license: "Apache-2.0", description: "d" },
  covers: "a test",
};
/** Config of a stack with both bundles and no secrets. */
export const BASE = { secretsFile: "/nowhere/.env", bundles: "ai,dify" };

export const textOf = (parts: readonly Part[]): string => sbomDocument(parts, SETTINGS);
export const documentOf = (parts: readonly Part[]): Document => JSON.parse(textOf(parts)) as Document;

/** All that the catalogs have. */
export const everyPart = (): Part[] => collectParts(configOf({ ...BASE, imageSource: "build" }), true);

/** A property of ours; undefined: there is none. */
export const property = ({ properties = [] }: Component, name: string): string | undefined =>
  properties.find((one) => one.name === `mcp-stack:${name}`)?.value;
