/** What a download is told, where its files lie, and how it fails. */
import { createHash } from "node:crypto";
import path from "node:path";

/** The beginning of a model file, by its format: GGUF of llama.cpp, and ggml of whisper.cpp (0x67676d6c, little-endian). */
export const MAGIC = { gguf: "GGUF", ggml: "lmgg" } as const;

/** One model file and where it comes from: an input of the graph node, which is hidden where it has a token's value. */
export interface DownloadPlan {
  readonly url: string;
  /** Absolute path. */
  readonly target: string;
  readonly format: keyof typeof MAGIC;
  /** 64 lower-case hexadecimal digits; undefined: any content of the format is taken, with a warning. */
  readonly sha256?: string;
  readonly bytes?: number;
  /** A bearer token for the host of `url`: a name in a dotenv file, both of which may be missing, or a value of the config. */
  readonly token?: { readonly file: string; readonly name: string; readonly value?: string };
  /** Config key that names the model, and prefix of the keys …Url and …Sha256, for messages. */
  readonly setting: string;
  /** See `modelGeneration`. */
  readonly generation: string;
}

/** Whether a file that begins so can be a model of the plan's format; it may be shorter than the magic. */
export const isFormat = ({ format }: DownloadPlan, head: Buffer): boolean => {
  const magic = Buffer.from(MAGIC[format]);
  const length = Math.min(head.length, magic.length);
  return head.subarray(0, length).equals(magic.subarray(0, length));
};

/** What a download came to. */
export interface Outcome {
  /** present: nothing was fetched. */
  readonly status: "present" | "fetched";
  readonly sha256: string;
  readonly bytes: number;
  /** How long bytes were received, in seconds, and how many. */
  readonly transfer: { readonly seconds: number; readonly bytes: number };
}

/** A fault that no further attempt cures; the message says what to do. */
export class DownloadFault extends Error {}

/** An attempt that failed in a way that may pass. */
export class PassingFault extends Error {
  constructor(
    message: string,
    /** When the server asks to be left alone, in seconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Directory of whatever is no finished model, beside the models: a partial file is moved out of it in one step. */
const workDirectory = (target: string): string => path.join(path.dirname(target), ".download");

const inWork = (target: string, suffix: string): string =>
  path.join(workDirectory(target), `${path.basename(target)}${suffix}`);

/** The part of a file that has arrived, by its source: the parts of two sources are never mixed. */
export function partialFile({ target, url, sha256 }: DownloadPlan): string {
  const key = createHash("sha256")
    .update(`${url}\n${sha256 ?? ""}`)
    .digest("hex")
    .slice(0, 16);
  return inWork(target, `.${key}.partial`);
}

/** What the server said about the content of a partial file. */
export const validatorFile = (plan: DownloadPlan): string => `${partialFile(plan)}.json`;
/** What is known about a finished file. */
export const recordFile = (target: string): string => inWork(target, ".json");
export const lockFile = (target: string): string => inWork(target, ".lock");
/** Where a file goes that was found at the target and is not what was expected. */
export const asideFile = (target: string): string => inWork(target, ".unexpected");
