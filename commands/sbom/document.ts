/** The list as a CycloneDX document, by the library of the project that defines it. Pure but for `stamp`. */
import { Contrib, Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { licenceOf, ROOT, type Kind, type Part } from "./part";

/** The stack itself, as its package.json has it. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description: string;
}

export interface DocumentSettings {
  readonly subject: Subject;
  /** Which part of the catalogs it lists, in words. */
  readonly covers: string;
  /** Adds the time and a serial number, which make each document unique. */
  readonly stamp?: boolean;
}

const { ComponentType } = Enums;
const TYPES: Readonly<Record<Kind, Enums.ComponentType>> = {
  image: ComponentType.Container,
  npm: ComponentType.Library,
  go: ComponentType.Library,
  python: ComponentType.Library,
  model: ComponentType.MachineLearningModel,
};

const ALGORITHMS = {
  "SHA-256": Enums.HashAlgorithm["SHA-256"],
  "SHA-512": Enums.HashAlgorithm["SHA-512"],
} as const;

/** What a reader has to know about all of it. */
const NOTES = [
  "images that are pulled are listed as images alone: what is inside is their publishers'",
  "of images that are built here, the packages of their lock files are listed; Debian's packages and Go's standard library are not",
  "a component without licenses is one whose licence is not known here (NOASSERTION), not one without a licence",
  "of a Python package each file has its hash; which file was installed depends on the machine",
];

const property = (name: string, value: string): Models.Property => new Models.Property(`mcp-stack:${name}`, value);

function hashesOf({ hashes = {} }: Part): Models.HashDictionary {
  const names = Object.keys(ALGORITHMS) as (keyof typeof ALGORITHMS)[];
  return new Models.HashDictionary(
    names.flatMap((name) => (hashes[name] === undefined ? [] : [[ALGORITHMS[name], hashes[name]] as const])),
  );
}

const SCOPES = { optional: Enums.ComponentScope.Optional, excluded: Enums.ComponentScope.Excluded } as const;

function componentOf(part: Part): Models.Component {
  const { kind, ref, purl, group, name, version, licence, scope, url, properties } = part;
  const distribution = Enums.ExternalReferenceType.Distribution;
  const references = url === undefined ? [] : [new Models.ExternalReference(url, distribution)];
  return new Models.Component(TYPES[kind], name, {
    bomRef: ref,
    group,
    version,
    purl,
    hashes: hashesOf(part),
    licenses: new Models.LicenseRepository(licence === undefined ? [] : [licenceOf(licence)]),
    scope: scope && SCOPES[scope],
    externalReferences: new Models.ExternalReferenceRepository(references),
    properties: new Models.PropertyRepository(properties.map((pair) => property(...pair))),
  });
}

function subjectOf({ name, version, license, description }: Subject): Models.Component {
  const licenses = new Models.LicenseRepository([licenceOf(license)]);
  return new Models.Component(ComponentType.Application, name, { bomRef: ROOT, version, description, licenses });
}

function bomOf(parts: readonly Part[], { subject, covers, stamp }: DocumentSettings): Models.Bom {
  const root = subjectOf(subject);
  const components = new Map(parts.map((part) => [part.ref, componentOf(part)]));
  for (const { ref, within } of parts) {
    const needed = components.get(ref);
    for (const place of within)
      if (needed) (place === ROOT ? root : components.get(place))?.dependencies.add(needed.bomRef);
  }
  const notes = [property("covers", covers), ...NOTES.map((note) => property("note", note))];
  const metadata = new Models.Metadata({ component: root, properties: new Models.PropertyRepository(notes) });
  metadata.lifecycles.add(Enums.LifecyclePhase.PreBuild);
  if (stamp) metadata.timestamp = new Date();
  const serialNumber = stamp ? Contrib.Bom.Utils.randomSerialNumber() : undefined;
  return new Models.Bom({ metadata, components: new Models.ComponentRepository(components.values()), serialNumber });
}

/**
 * The text of a CycloneDX 1.6 document. The same parts and settings give the same text, unless it is stamped: the order is that of
 * the parts, since the library would sort by the machine's language.
 */
export function sbomDocument(parts: readonly Part[], settings: DocumentSettings): string {
  const normalizer = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  const serializer = new Serialize.JsonSerializer(normalizer);
  return serializer.serialize(bomOf(parts, settings), { sortLists: false, space: 2 });
}
