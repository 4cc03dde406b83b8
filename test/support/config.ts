import path from "node:path";
import { parse, type Config } from "../../config";

/** The config of a stack that sets only these keys, as text. @throws Error with the faults. */
export function configOf(set: Readonly<Record<string, string>> = {}): Config {
  const source = { project: "mcp-gateway-stack", stack: "dev", directory: "/checkout", set, env: {} };
  const { config, faults } = parse(source);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return config;
}

/** Keys of a stack where people sign in at a provider. */
export const OIDC = {
  auth: "oidc",
  oidcIssuer: "https://id.example.org",
  oidcClientId: "box",
  oidcAllowed: "*",
  secretsFile: path.join(__dirname, "oidc.env"),
} as const;
