/**
 * What the host knows about reaching package registries: its CA bundle, mirrors and proxies. Builds get it in their build
 * stages only (`.build/`), so that it works behind a company proxy and stays out of finished images.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const DEBIAN_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
/** Where the build stage finds the bundle. */
const BUNDLE_IN_BUILD = "/build/ca.crt";

/** The host's CA bundle: SSL_CERT_FILE, else NODE_EXTRA_CA_CERTS, else Debian's; undefined if none exists. */
export function caBundle(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS, DEBIAN_BUNDLE].find((file) => file && existsSync(file));
}

/** Proxy variables of the host. Docker knows them as build arguments and keeps them out of the image's history. */
export const proxyArguments = (env: NodeJS.ProcessEnv = process.env): Record<string, string> =>
  Object.fromEntries(PROXIES.flatMap((name) => (env[name] ? [[name, env[name] as string]] : [])));

/** What a client prints of its config; "" if it is not installed or the key is not set. */
function ask(program: string, ...args: string[]): string {
  const answer = spawnSync(program, args, { encoding: "utf8", timeout: 20_000 });
  const value = answer.status === 0 ? answer.stdout.trim() : "";
  return value === "undefined" || value === "null" ? "" : value;
}

const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/** Shell exports for build stages: registries as the host's clients have them, and the CA bundle if there is one. */
export function buildEnvironment(bundle: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const trust = ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];
  const values: Record<string, string | undefined> = {
    ...(bundle ? Object.fromEntries(trust.map((name) => [name, BUNDLE_IN_BUILD])) : {}),
    PIP_INDEX_URL: env.PIP_INDEX_URL || ask("pip", "config", "get", "global.index-url"),
    PIP_EXTRA_INDEX_URL: env.PIP_EXTRA_INDEX_URL || ask("pip", "config", "get", "global.extra-index-url"),
    PIP_DEFAULT_TIMEOUT: env.PIP_DEFAULT_TIMEOUT,
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    npm_config_registry: ask("npm", "config", "get", "registry"),
    npm_config_update_notifier: "false",
  };
  return Object.entries(values)
    .filter(([, value]) => value)
    .map(([name, value]) => `export ${name}=${quote(value ?? "")}\n`)
    .join("");
}

/** First mirror of Debian's main archive in apt's own configuration below `apt`; undefined if it names none. */
export function debianMirror(apt = "/etc/apt"): string | undefined {
  const parts = path.join(apt, "sources.list.d");
  const files = [
    path.join(apt, "sources.list"),
    ...(existsSync(parts)
      ? readdirSync(parts)
          .sort()
          .map((file) => path.join(parts, file))
      : []),
  ];
  const uris = files
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => /^(deb\s|URIs:)/.test(line))
    .flatMap((line) => line.match(/https?:\/\/\S+/g) ?? []);
  return uris.find((uri) => /\/debian\/?$/.test(new URL(uri).pathname));
}

/** What the host's apt accepts of old release files: mirrors that lag behind need the same in an image. */
export const aptDates = (): string =>
  ask("apt-config", "dump")
    .split("\n")
    .filter((line) => /^Acquire::Check-(Valid-Until|Date) /.test(line))
    .map((line) => `${line}\n`)
    .join("");
