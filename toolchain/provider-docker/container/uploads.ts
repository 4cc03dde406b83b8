/** Files that are put into a container before it starts. */
import fs from "node:fs";
import tar from "tar-stream";
import type { CheckFailure } from "../../plugin/handlers";
import { isAbsent, isRecord, type Value } from "../schema/types";
import type { Upload } from "./inputs";

const MODE = 0o644;
const EXECUTABLE_MODE = 0o744;

/** Uploads with no content, or with more than one, in the official words. */
export function uploadFaults(uploads: Value): CheckFailure[] {
  if (!Array.isArray(uploads)) return [];
  return (uploads as readonly Value[]).flatMap((upload, index): CheckFailure[] => {
    if (!isRecord(upload)) return [];
    const given = ["content", "contentBase64", "source"].filter((key) => !isAbsent(upload[key]) && upload[key] !== "");
    if (given.length === 1) return [];
    const rule =
      given.length === 0
        ? "one of 'content', 'content_base64', or 'source' must be set"
        : "only one of 'content', 'content_base64', or 'source' can be set";
    return [{ property: `uploads[${index}]`, reason: `error with upload content: ${rule}` }];
  });
}

/** A tar with every file, to be unpacked at "/". @throws Error in the official words if a source cannot be read */
export function packUploads(uploads: readonly Upload[]): tar.Pack {
  const pack = tar.pack();
  for (const upload of uploads) pack.entry({ name: upload.file, mode: modeOf(upload) }, contentOf(upload));
  pack.finalize();
  return pack;
}

function modeOf({ permissions, executable }: Upload): number {
  if (permissions) return parseInt(permissions, 8);
  return executable ? EXECUTABLE_MODE : MODE;
}

function contentOf({ content, contentBase64, source }: Upload): Buffer {
  if (content) return Buffer.from(content);
  if (contentBase64) return Buffer.from(contentBase64, "base64");
  try {
    return fs.readFileSync(source ?? "");
  } catch (error) {
    throw new Error(`could not read file: ${(error as Error).message}`, { cause: error });
  }
}
