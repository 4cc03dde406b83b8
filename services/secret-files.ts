/** Where a container finds the files of its secrets. */
import type { SecretMount } from "./spec";

/** Directory in the container of a secret's files. */
export const secretPath = (name: string): string => `/run/secrets/${name}`;
/** File in the container of a secret's bare value. */
export const secretFile = (name: string): string => `${secretPath(name)}/value`;
export const secretMounts = (names: readonly string[]): SecretMount[] =>
  names.map((secret) => ({ secret, target: secretPath(secret) }));
