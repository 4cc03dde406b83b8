/**
 * Tokens that a command made for clients: their names and digests, beside the data. A token itself is shown once and kept
 * nowhere, so this file lets nobody in.
 */
import path from "node:path";
import { z } from "zod";
import { readText } from "./layout";

/** SHA-256 in hexadecimal digits, by the client's name. */
export type Clients = Readonly<Record<string, string>>;

export const clientsFile = (base: string): string => path.join(base, "secrets", "mcp-clients.json");

/** A function, so that the processes which write files load no zod for it (loader.js). */
const clients = () => z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

/** @throws Error when the file is damaged: then nobody can tell who was let in */
export function readClients(base: string): Clients {
  const file = clientsFile(base);
  const text = readText(file);
  if (text === undefined) return {};
  try {
    return clients().parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${file} is damaged; restore it, or remove it and give clients new tokens (npm run mcp-token -- add)`,
    );
  }
}

/** The content of the file. */
export const clientsText = (clients: Clients): string => {
  const sorted = Object.entries(clients).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`;
};
