/** The provider's configuration: what of the official plugin's is understood, and its faults by name. */
import fs from "node:fs";
import path from "node:path";
import type { CheckFailure } from "../../plugin/handlers";
import { isRecord, UNKNOWN, type Properties, type Value } from "../schema/types";

/** Credentials of one registry, in the engine's own form. */
export interface RegistryAuth {
  readonly serveraddress: string;
  readonly username: string;
  readonly password: string;
}

/** Where the engine is and how to talk to it. */
export interface ProviderConfig {
  /** As in DOCKER_HOST: unix://PATH, npipe://PATH, tcp://HOST:PORT, http:// or https://. */
  readonly host: string;
  /** PEM texts for TLS; all three or none. */
  readonly tls?: { readonly ca?: string; readonly cert: string; readonly key: string };
  /** By host name of the registry. */
  readonly registryAuth: Readonly<Record<string, RegistryAuth>>;
  readonly skipDaemonCheck: boolean;
}

/** Where the official plugin looks when nothing is said. */
const DEFAULT_HOST = "unix:///var/run/docker.sock";

const KNOWN = [
  "host",
  "certPath",
  "caMaterial",
  "certMaterial",
  "keyMaterial",
  "registryAuth",
  "disableDockerDaemonCheck",
];
const UNSUPPORTED: Readonly<Record<string, string>> = {
  context: 'set "host" to the context\'s address ("docker context inspect" shows it)',
  sshOpts: 'forward the engine\'s socket by ssh -L and set "host" to it',
};
/** What the engine adds to every provider's configuration. */
const OF_THE_ENGINE = ["version", "pluginDownloadURL"];

/** Faults that can be seen before the engine is asked. */
export function configFaults(config: Properties): CheckFailure[] {
  return Object.keys(config).flatMap((property): CheckFailure[] => {
    if (KNOWN.includes(property) || OF_THE_ENGINE.includes(property) || property.startsWith("__")) return [];
    const instead = UNSUPPORTED[property];
    if (instead === undefined) return [{ property, reason: `there is no such setting; known are ${KNOWN.join(", ")}` }];
    return [
      { property, reason: `the stand-in does not support "${property}"; ${instead}, or use the official plugin` },
    ];
  });
}

/** Reads the configuration; undefined while the address depends on something that does not exist yet. */
export function readConfig(config: Properties, env: NodeJS.ProcessEnv = process.env): ProviderConfig | undefined {
  if (Object.values(config).some((value) => value === UNKNOWN)) return undefined;
  const tls = readTls(config);
  return {
    host: text(config["host"]) ?? (env["DOCKER_HOST"] || DEFAULT_HOST),
    ...(tls ? { tls } : {}),
    registryAuth: readRegistryAuth(parsed(config["registryAuth"])),
    skipDaemonCheck: parsed(config["disableDockerDaemonCheck"]) === true,
  };
}

const text = (value: Value): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Everything that is no string comes as JSON text. */
function parsed(value: Value): Value {
  return typeof value === "string" && value !== "" ? (JSON.parse(value) as Value) : value;
}

function readTls(config: Properties): ProviderConfig["tls"] {
  const directory = text(config["certPath"]);
  if (directory !== undefined) {
    const read = (name: string): string => fs.readFileSync(path.join(directory, name), "utf8");
    return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
  }
  const [cert, key] = [text(config["certMaterial"]), text(config["keyMaterial"])];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new Error("certMaterial and keyMaterial belong together; set both or none");
  return { ca: text(config["caMaterial"]), cert, key };
}

function readRegistryAuth(entries: Value): Record<string, RegistryAuth> {
  const list = Array.isArray(entries) ? (entries as readonly Value[]) : [];
  return Object.fromEntries(list.map((entry) => readAuth(isRecord(entry) ? entry : {})));
}

function readAuth(entry: Properties): [string, RegistryAuth] {
  const address = text(entry["address"]) ?? "";
  const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  const [username, password] = [text(entry["username"]), text(entry["password"])];
  if (entry["authDisabled"] === true)
    return [host, { serveraddress: address, username: "username", password: "password" }];
  if (username === undefined || password === undefined)
    throw new Error(
      `registryAuth of ${address}: set username and password; the stand-in reads no Docker configuration files`,
    );
  return [host, { serveraddress: address, username, password }];
}
