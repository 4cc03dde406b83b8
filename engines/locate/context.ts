/** The docker context in use, read from the files of Docker's client so that the client need not be installed. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { EngineUnreachable } from "./errors";
import type { Named } from "./named";

const CLIENT_CONFIG = z.object({ currentContext: z.string().optional() });
const CONTEXT = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string().min(1) }) }) });

/** Parsed content of a file of Docker's client; undefined if it does not exist. */
function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new EngineUnreachable(`${file} cannot be read (${(error as Error).message}), and it may name the engine`);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new EngineUnreachable(`${file} is not what Docker's client writes, and it may name the engine; correct it`);
  }
}

interface Chosen {
  readonly name: string;
  readonly change: string;
}

function chosenContext(directory: string, env: Readonly<Record<string, string | undefined>>): Chosen | undefined {
  const fromEnv = env.DOCKER_CONTEXT;
  if (fromEnv) return { name: fromEnv, change: "unset DOCKER_CONTEXT" };
  const name = readJson(path.join(directory, "config.json"), CLIENT_CONFIG)?.currentContext;
  return name ? { name, change: "choose another (docker context use default)" } : undefined;
}

/** The engine of the context in use; undefined for the default context. @throws EngineUnreachable if its files are unusable */
export function dockerContext(env: Readonly<Record<string, string | undefined>>, home: string): Named | undefined {
  const directory = env.DOCKER_CONFIG || path.join(home, ".docker");
  const chosen = chosenContext(directory, env);
  if (chosen === undefined || chosen.name === "default") return undefined;
  const origin = `docker context "${chosen.name}"`;
  const id = createHash("sha256").update(chosen.name).digest("hex");
  const file = path.join(directory, "contexts/meta", id, "meta.json");
  const context = readJson(file, CONTEXT);
  if (context === undefined)
    throw new EngineUnreachable(`${origin} is unknown: ${file} does not exist; ${chosen.change}`);
  if (existsSync(path.join(directory, "contexts/tls", id, "docker")))
    throw new EngineUnreachable(`${origin} needs TLS, which is not supported; ${chosen.change}`);
  return { text: context.Endpoints.docker.Host, origin, change: chosen.change };
}
