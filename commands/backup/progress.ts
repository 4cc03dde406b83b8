/** What is said while much is read. */
import { readArchive, type Contents, type Visit } from "../../engines/backup/read-archive";
import { say } from "../ask";

const INTERVAL_MS = 10_000;

/** Says every ten seconds how far it is, until `work` is done. */
export async function tellingMiB<T>(verb: string, bytes: () => number, work: Promise<T>): Promise<T> {
  const timer = setInterval(() => say(`${verb} ${Math.round(bytes() / 2 ** 20)} MiB so far`), INTERVAL_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Reads an archive as readArchive does, and says how far it is. */
export function readAll(file: string, key: string, visit?: Visit, signal?: AbortSignal): Promise<Contents> {
  let bytes = 0;
  const counting: Visit = async (header, content) => {
    await visit?.(header, content);
    bytes += header.size ?? 0;
  };
  return tellingMiB("verified", () => bytes, readArchive(file, key, counting, signal));
}
