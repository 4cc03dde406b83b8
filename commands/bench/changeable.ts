/** Files of the checkout that a benchmark changes for a while. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
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
