/** The stack's config as the program will get it; read from its file, since asking Pulumi would cost a second. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { parse, type Config, type Source } from "../config";
import { encryptedFault, sealedSecrets, SECRETS_KEY } from "../config-secrets";
import { PROJECT_ROOT } from "../engines/project-root";
import { StackFaults } from "../prepare";
import { decrypting } from "./decrypt";

/** Project name, as in Pulumi.yaml. */
export const PROJECT = "mcp-gateway-stack";

/** File with the config of a stack. */
export const stackFile = (stack: string, root = PROJECT_ROOT): string => path.join(root, `Pulumi.${stack}.yaml`);

/** The map below `config:`. @throws Error that names the file */
function configMap(text: string, file: string): Record<string, unknown> {
  try {
    const { config } = (parseYaml(text) ?? {}) as { config?: Record<string, unknown> | null };
    return config ?? {};
  } catch (error) {
    throw new Error(`${file} cannot be read; correct it by hand: ${(error as Error).message}`, { cause: error });
  }
}

function textOf(key: string, value: unknown): string {
  if (typeof value !== "object") return String(value);
  if (value !== null && "secure" in value) throw new StackFaults([encryptedFault(key)]);
  return JSON.stringify(value);
}

/** What `parse` reads, from the text of a stack's file. @throws Error that names the file when it cannot be used */
export function sourceOf(stack: string, text: string, root = PROJECT_ROOT): Source {
  const map = configMap(text, stackFile(stack, root));
  const own = Object.entries(map).flatMap(([key, value]) => {
    const [, name] = key.startsWith(`${PROJECT}:`) ? key.split(":") : [];
    return name === undefined || name === SECRETS_KEY ? [] : [[name, textOf(name, value)] as const];
  });
  const source = { project: PROJECT, stack, directory: root, set: Object.fromEntries(own), env: process.env };
  const key = `${PROJECT}:${SECRETS_KEY}`;
  const sealed = map[key];
  return sealed === undefined
    ? source
    : { ...source, secrets: { ...sealedSecrets(sealed), values: decrypting(stack, key, sealed) } };
}

/** The same from the stack's file itself. */
export function stackSource(stack: string, root = PROJECT_ROOT): Source {
  const file = stackFile(stack, root);
  return sourceOf(stack, existsSync(file) ? readFileSync(file, "utf8") : "", root);
}

/** The stack's config; `changes` are keys that are about to be set. @throws StackFaults with every fault. */
export const readConfig = (stack: string, changes: Readonly<Record<string, string>> = {}): Config =>
  configFrom(stackSource(stack), changes);

/** The same from a source. @throws StackFaults with every fault. */
export function configFrom(source: Source, changes: Readonly<Record<string, string>> = {}): Config {
  const { config, faults } = parse({ ...source, set: { ...source.set, ...changes } });
  if (faults.length > 0) throw new StackFaults(faults);
  return config;
}
