/** Files of the checkout that a benchmark changes for a while. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { PROJECT_ROOT } from "../../engines/images/lock";
import { SOURCE_FILES } from "../../services/catalog/model";
import { PROJECT, stackFile } from "../stack-config";

export type Section = Record<string, unknown>;

export interface Changeable {
  /** Writes the file as it was, with these values beside those of one of its sections. */
  change(section: string, added: (present: Section) => Section): void;
  restore(): void;
}

/** A YAML file with other values, until `restore`. */
export function changeable(file: string): Changeable {
  const kept = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  return {
    change: (section, added) => {
      const document = (parse(kept ?? "") ?? {}) as Record<string, Section | undefined>;
      const present = document[section] ?? {};
      document[section] = { ...present, ...added(present) };
      writeFileSync(file, stringify(document, { version: "1.1", aliasDuplicateObjects: false }));
    },
    restore: () => (kept === undefined ? rmSync(file, { force: true }) : writeFileSync(file, kept)),
  };
}

/** The stack's config with other values of these keys, until `restore`. */
export function changeableConfig(stack: string) {
  const file = changeable(stackFile(stack));
  const set = (values: Section): void => {
    const own = Object.entries(values).map(([key, value]) => [`${PROJECT}:${key}`, value]);
    file.change("config", () => Object.fromEntries(own) as Section);
  };
  return { set, restore: file.restore };
}

/** Servers that can be built everywhere; `time` is in each selection, because it is what calls go to. */
const SERVERS = ["time", "memory", "sequentialthinking", "filesystem", "git", "fetch", "everything"];

/** Beyond those: copies of `time`, whose tools have the names of the first one's, so that the list grows no longer. */
export const serverNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => SERVERS[index] ?? `time-${index + 1}`);

/** The stack's config and the catalog, with so many servers, until `restore`. */
export function changeableServers(stack: string) {
  const config = changeableConfig(stack);
  const catalog = [SOURCE_FILES.catalog, SOURCE_FILES.registry].map((name) =>
    changeable(path.join(PROJECT_ROOT, name)),
  );
  const configure = (gatewayMode: "static" | "socket", count: number): void => {
    const servers = serverNames(count);
    config.set({ gatewayMode, servers: servers.join() });
    const copies = servers.filter((name) => !SERVERS.includes(name));
    for (const file of catalog)
      file.change("registry", ({ time }) => Object.fromEntries(copies.map((name) => [name, time])));
  };
  return { configure, restore: (): void => [config, ...catalog].forEach((file) => file.restore()) };
}
