/** Models: those of the catalog, and the user's own. Pure. */
import type { ModelChoice } from "../../services/model-choice";
import type { ModelCatalog } from "../../services/models";
import { packageUrl, ROOT, type Part } from "./part";

/** Parts of the address of a file at a fixed revision of huggingface.co. */
const HUGGING_FACE =
  /^https:\/\/huggingface\.co\/(?<namespace>[^/]+)\/(?<name>[^/]+)\/resolve\/(?<version>[0-9a-f]{40})\/(?<subpath>.+)$/;

/** The revision is the 40 digits that the schema of the catalog asks for. */
const revision = (url: string): string | undefined => /\/([0-9a-f]{40})\/[^/]+$/.exec(url)?.[1];

function catalogPart(name: string, { kind, file, url, sha256, licence }: ModelCatalog[string]): Part {
  const { name: repository, ...rest } = HUGGING_FACE.exec(url)?.groups ?? {};
  const purl = repository === undefined ? undefined : packageUrl("huggingface", repository, rest);
  return {
    kind: "model",
    ref: purl ?? `model:${name}`,
    purl,
    name,
    version: revision(url),
    licence: licence ?? undefined,
    hashes: { "SHA-256": sha256 },
    source: new URL(url).host,
    url,
    properties: [
      ["model-kind", kind],
      ["model-file", file],
    ],
    within: [ROOT],
  };
}

/** Where it comes from is the user's business: neither address nor host is told. */
const ownPart = ({ kind, file, sha256 }: ModelChoice): Part => ({
  kind: "model",
  ref: `model:${kind}/${file}`,
  name: file,
  hashes: sha256 === undefined ? undefined : { "SHA-256": sha256 },
  source: "the user's own",
  properties: [
    ["model-kind", kind],
    ["model-file", file],
  ],
  within: [ROOT],
});

/** Every model of the catalog. */
export const catalogModels = (models: ModelCatalog): Part[] =>
  Object.entries(models).map(([name, model]) => catalogPart(name, model));

/** Models that a stack has chosen. */
export const chosenModels = (choices: readonly ModelChoice[], models: ModelCatalog): Part[] =>
  choices.map((choice) => {
    const known = choice.name === undefined ? undefined : models[choice.name];
    return choice.name === undefined || known === undefined ? ownPart(choice) : catalogPart(choice.name, known);
  });
