/** TLS at the ingress: names and places, pure. The stack's own services talk to each other without it. */
import path from "node:path";
import type { Config } from "../config";
import { HOST_ROUTES, hostOf } from "./routes";

/** The part of the config by which clients find the ingress. */
export type PublicAddress = Pick<Config, "tls" | "httpPort" | "httpsPort">;

export const isEncrypted = ({ tls }: Pick<Config, "tls">): boolean => tls !== "none";

/** Start of every address that clients use. */
export const scheme = (config: Pick<Config, "tls">): "http" | "https" => (isEncrypted(config) ? "https" : "http");

/** The host port at which services answer; the other one, if there is one, redirects to it. */
export const publicPort = (config: PublicAddress): number => (isEncrypted(config) ? config.httpsPort : config.httpPort);

/** `scheme://HOST:PORT` of a host name. */
export const originOf = (config: PublicAddress, host: string): string =>
  `${scheme(config)}://${host}:${publicPort(config)}`;

/** Secret with the ingress's certificate and key. */
export const INGRESS_TLS = "ingress-tls";
/** Its files: the certificate with its chain, and the key. */
export const TLS_FILES = { certificate: "certificate.pem", key: "key.pem" } as const;

/** Directory of the certificate authority, below dataDir. */
export const authorityDirectory = (dataDir: string): string => path.join(dataDir, "tls");
/** Its certificate, which clients are told to trust. */
export const authorityFile = (dataDir: string): string => path.join(authorityDirectory(dataDir), "ca.pem");

/** Every name and address by which a client may ask for the ingress, as far as the config knows them. */
export function certificateNames(config: Pick<Config, "baseDomain" | "allowedHosts" | "bindAddress">): {
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
} {
  const { baseDomain, allowedHosts, bindAddress } = config;
  // Some clients take no wildcard directly below localhost, so the routes are named too.
  const routes = HOST_ROUTES.map((route) => hostOf(route, baseDomain));
  const isAddress = (host: string): boolean => /^[\d.]+$/.test(host);
  const dns = [
    "localhost",
    baseDomain,
    `*.${baseDomain}`,
    ...routes,
    ...allowedHosts.filter((host) => !isAddress(host)),
  ];
  const own = bindAddress === "0.0.0.0" ? [] : [bindAddress];
  const addresses = ["127.0.0.1", "::1", ...own, ...allowedHosts.filter(isAddress)];
  return { dns: [...new Set(dns)], addresses: [...new Set(addresses)] };
}
