/** Models of a few megabytes that the real servers load and answer with, for tests. Real ones cannot be had everywhere. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { directoryHash } from "../../engines/images/hash";
import { PROJECT_ROOT } from "../../engines/project-root";

export interface TinyModel {
  /** Path of the file: readable for everybody, to be mounted read-only or served. */
  readonly file: string;
  /** All that it ever says. */
  readonly answer: string;
}

const SCRIPTS = path.join(__dirname, "tiny-models");
const CACHE = path.join(PROJECT_ROOT, ".cache", "test-models");

const run = promisify(execFile);

/**
 * The tiny models for llama-server and whisper-server. Made on first use, which takes half a minute and needs Python 3.10 or
 * newer with venv and its package index; kept in .cache/test-models. The same scripts give the same bytes.
 */
export async function tinyModels(): Promise<{ readonly llama: TinyModel; readonly whisper: TinyModel }> {
  const directory = path.join(CACHE, directoryHash(SCRIPTS).slice(0, 16));
  if (!existsSync(directory)) await make(directory);
  return {
    llama: { file: path.join(directory, "tiny-llama.gguf"), answer: " I am a tiny model for tests." },
    whisper: { file: path.join(directory, "ggml-tiny-whisper.bin"), answer: " This is a tiny model for tests.\n" },
  };
}

/** Tests of other processes may be making the same: whoever is done first wins. */
async function make(directory: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(path.join(CACHE, "unfinished-"));
  const python = path.join(work, "venv", "bin", "python");
  const models = path.join(work, "models");
  const pip = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r"];
  try {
    mkdirSync(models);
    await run("python3", ["-m", "venv", path.join(work, "venv")]);
    await run(python, [...pip, path.join(SCRIPTS, "requirements.txt")]);
    await run(python, [path.join(SCRIPTS, "llama.py"), path.join(models, "tiny-llama.gguf")]);
    await run(python, [path.join(SCRIPTS, "whisper.py"), path.join(models, "ggml-tiny-whisper.bin")]);
    if (!existsSync(directory)) renameSync(models, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
