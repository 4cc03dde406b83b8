/** `npm run bench -- --render FILE…`: writes the tables of BENCHMARKS.md from what runs with --json found out. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "../../engines/project-root";
import { say } from "../ask";
import { writeWhole } from "../write-file";
import { withTables } from "./markdown";
import type { Report } from "./report";

const DOCUMENT = path.join(PROJECT_ROOT, "BENCHMARKS.md");

/** As much of the form as tells a report from another file; bench itself wrote the rest. */
const FORM = z.looseObject({
  machine: z.looseObject({ cpus: z.number() }),
  bundles: z.array(z.string()),
  sections: z.array(z.looseObject({ name: z.string(), results: z.array(z.looseObject({ what: z.string() })) })),
});

function readReport(file: string): Report {
  try {
    return FORM.parse(JSON.parse(readFileSync(file, "utf8"))) as unknown as Report;
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${file} is no report of bench: ${why}\nmake one: npm run -s bench -- --all --json > ${file}`, {
      cause: error,
    });
  }
}

/** Writes the tables of these files, in the form that `npm run check` asks for. @throws Error naming a file that is no report */
export async function renderReports(files: readonly string[]): Promise<void> {
  const reports = files.map(readReport);
  const prettier = await import("prettier");
  const text = withTables(readFileSync(DOCUMENT, "utf8"), reports);
  const options = await prettier.resolveConfig(DOCUMENT);
  writeWhole(DOCUMENT, await prettier.format(text, { ...options, filepath: DOCUMENT }));
  say(`wrote ${path.relative(process.cwd(), DOCUMENT)}`);
}
