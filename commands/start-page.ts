/** Draws the start page and writes it below dataDir, as a process of a graph node; the plan comes as JSON on standard input. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Common } from "../engines/files/host-files";
import { fillDirectory, writeWhole } from "../engines/files/write";
import { pageDirectory, pageHashes, pageRecord } from "../engines/files/page";
import { PROJECT_ROOT } from "../engines/project-root";
import type { PageFile } from "../services/nginx-page";
import type { PageData } from "../services/start-page/model";
import { startPage } from "../services/start-page/page";
import { topologySvg } from "./topology/svg";

const source = (name: string): string => readFileSync(path.join(PROJECT_ROOT, "docker/start-page", name), "utf8");

/** The page's files, by name. */
export const pageFiles = (page: PageData): Readonly<Record<PageFile, string>> => ({
  "index.html": startPage(page),
  "page.css": source("page.css"),
  "page.js": source("page.js"),
  "icon.svg": source("icon.svg"),
  "topology.svg": `${topologySvg(page.topology)}\n`,
});

/** Writes the files, each as a whole: whoever loads the page meanwhile gets the old one or the new. */
export function writePage({ base, generation, page }: Common & { readonly page: PageData }): void {
  const files = pageFiles(page);
  fillDirectory(
    pageDirectory(base),
    Object.entries(files).map(([name, content]) => [name, content, 0o444]),
  );
  writeWhole(pageRecord(base), JSON.stringify({ generation, files: pageHashes(files) }), 0o644);
}

function main(): void {
  try {
    writePage(JSON.parse(readFileSync(0, "utf8")) as Parameters<typeof writePage>[0]);
  } catch (error) {
    console.error(`start page: ${(error as Error).message}`);
    process.exit(1);
  }
}

if (require.main === module) main();
