/** `npm run sbom`: every image, package and model, with version, digest, licence and source. No engine and no network is asked. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../engines/project-root";
import { say } from "./ask";
import { collectParts } from "./sbom/collect";
import { sbomDocument, type Subject } from "./sbom/document";
import { countLine, sbomTable } from "./sbom/table";
import { readConfig } from "./stack-config";
import { writeWhole } from "./write-file";

export interface SbomOptions {
  readonly stack: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly output?: string;
  readonly stamp?: boolean;
}

const subject = (): Subject => JSON.parse(readFileSync(path.join(PROJECT_ROOT, "package.json"), "utf8")) as Subject;

/** Prints a table, or with --json a CycloneDX document; --output writes the document to a file. @throws StackFaults */
export function sbom({ stack, all, json, output, stamp }: SbomOptions): void {
  const parts = collectParts(readConfig(stack), all);
  const covers = all ? "every image and model of the catalogs" : "what the config of the stack uses";
  const document = (): string => `${sbomDocument(parts, { subject: subject(), covers, stamp })}\n`;
  if (output !== undefined) {
    writeWhole(output, document());
    return say(`wrote ${output}: ${countLine(parts)}`);
  }
  process.stdout.write(json ? document() : `${sbomTable(parts, process.stdout.columns)}\n`);
}
