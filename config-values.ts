import net from "node:net";
import { z } from "zod";

/** A value that cannot be used: `why` it is wrong, and what to `set` in its place. Both are parts of one sentence. */
export class ValueFault extends Error {
  constructor(
    readonly why: string,
    readonly set: string,
  ) {
    super(`${why}; ${set}`);
  }
}

/** Turns the text of a config value into its typed form; throws ValueFault. */
export type Parser<T> = (text: string) => T;

/** Comma list without empty entries; white space around entries is dropped, repeated entries count once. */
export const list: Parser<string[]> = (text) => [
  ...new Set(
    text
      .split(",")
      .map((entry) => entry.trim())
      .filter(Boolean),
  ),
];

/** Comma list whose entries are parsed one by one. */
export const listOf =
  <T>(entry: Parser<T>): Parser<T[]> =>
  (text) =>
    list(text).map(entry);

/** TCP port, 1 to 65535. */
export const port: Parser<number> = (text) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 65535) return value;
  throw new ValueFault("is not a TCP port", "set a whole number from 1 to 65535");
};

/** `true` or `false`. */
export const flag: Parser<boolean> = (text) => {
  if (text === "true" || text === "false") return text === "true";
  throw new ValueFault("is not a boolean", "set true or false");
};

/** One of a closed set of words. */
export const oneOf =
  <T extends string>(...words: readonly T[]): Parser<T> =>
  (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new ValueFault("is unknown", `choose from ${words.join(", ")}`);
  };

/** Dotted IPv4 address. */
export const ipv4: Parser<string> = (text) => {
  if (net.isIPv4(text)) return text;
  throw new ValueFault("is not an IPv4 address", "set for example 127.0.0.1 (this machine only) or 0.0.0.0 (all)");
};

const cidr: Parser<string> = (text) => {
  const [address = "", bits, ...rest] = text.split("/");
  const family = net.isIP(address);
  const most = family === 6 ? 128 : 32;
  const bitsFit = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most);
  if (family !== 0 && bitsFit && rest.length === 0) return text;
  throw new ValueFault(
    `has "${text}", which is no address or CIDR range`,
    "set for example 127.0.0.0/8,192.168.1.0/24",
  );
};

/** Comma list of addresses or CIDR ranges, IPv4 or IPv6; at least one. */
export const cidrs: Parser<string[]> = (text) => {
  const ranges = listOf(cidr)(text);
  if (ranges.length > 0) return ranges;
  throw new ValueFault("allows nobody", "set at least one range, for example 127.0.0.0/8");
};

/** Host name: letters, digits, hyphens and dots (RFC 1123), without scheme, port or path. */
export const hostName: Parser<string> = (text) => {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  if (text.length <= 253 && new RegExp(`^${label}(\\.${label})*$`, "i").test(text)) return text.toLowerCase();
  throw new ValueFault(
    `has "${text}", which is no host name`,
    "set bare names such as box.lan, without scheme or port",
  );
};

/** Comma list of host names. */
export const hostNames = listOf(hostName);

const origin: Parser<string> = (text) => {
  if (URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)) return text;
  throw new ValueFault(`has "${text}", which is no origin`, "set scheme://host[:port] without a path");
};

/** Comma list of web origins (scheme://host[:port]). */
export const origins = listOf(origin);

/** Comma list of catalog server names, or `all`. */
export const servers: Parser<string[] | "all"> = (text) => {
  const names = list(text);
  const bad = names.find((name) => !/^[a-z0-9][a-z0-9_-]*$/i.test(name));
  if (bad !== undefined)
    throw new ValueFault(`has "${bad}", which is no server name`, "set names of the catalog, or all");
  if (names.length === 0) throw new ValueFault("names no server", "set at least one name of the catalog, or all");
  if (names.includes("all") && names.length > 1) throw new ValueFault("mixes all with names", "set all, or names");
  return names[0] === "all" ? "all" : names;
};

/** Non-empty text. */
export const text: Parser<string> = (value) => {
  if (value.trim() !== "") return value.trim();
  throw new ValueFault("is empty", "set a value, or remove the key");
};

const issues = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`)).join("; ");

/** An object as the CLI hands it over: JSON. `shape` says what belongs in it, `example` are arguments of `config set`. */
export const object =
  <T>(shape: z.ZodType<T>, example: string): Parser<T> =>
  (json) => {
    try {
      return shape.parse(JSON.parse(json));
    } catch (error) {
      const why = error instanceof z.ZodError ? issues(error) : "is not an object";
      throw new ValueFault(why, `set it like: pulumi config set ${example}`);
    }
  };

/** A key whose value is an object, empty by default. */
export const objectKey = <T, About extends { readonly example: string }>(about: About, shape: z.ZodType<T>) => ({
  ...about,
  parse: object(shape, about.example),
  fallback: "{}",
});

/** A whole number of at least `least`. */
export const wholeNumber =
  (least: number): Parser<number> =>
  (value) => {
    if (/^\d+$/.test(value) && Number(value) >= least) return Number(value);
    throw new ValueFault("is no whole number that fits", `set one of at least ${least}`);
  };

/** A language by its two letters (ISO 639-1), or `auto`. */
export const language: Parser<string> = (value) => {
  if (/^([a-z]{2}|auto)$/.test(value)) return value;
  throw new ValueFault("is no language", "set two letters such as en or de, or auto");
};
