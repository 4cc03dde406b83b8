/** The official plugin's value checks; the texts say what was expected. */
import { Validator } from "./types";

/** Integer of at least `minimum`. */
export const atLeast =
  (minimum: number): Validator =>
  (value) =>
    Number(value) < minimum ? `'${value}' cannot be lower than ${minimum}` : undefined;

/** Text that matches `pattern`. */
export const matches =
  (pattern: RegExp): Validator =>
  (value) =>
    pattern.test(String(value)) ? undefined : `'${value}' doesn't match the pattern '${pattern.source}'`;

/** One of `words`. */
export const oneOf = (...words: readonly string[]): Validator => matches(new RegExp(`^(${words.join("|")})$`));

/** A Go duration that is not negative. */
export const duration: Validator = (value) =>
  value === "0" ||
  /^\+?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(String(value))
    ? undefined
    : `'${value}' is not a valid duration; expected for example 5s, 1m30s or 500ms`;

/** Base64 with padding, as Go's StdEncoding decodes it. */
export const base64: Validator = (value) =>
  Buffer.from(String(value), "base64").toString("base64") === String(value).replace(/[\r\n]/g, "")
    ? undefined
    : `'${value}' is not base64 decodable`;

/** An absolute path, Unix or Windows. */
export const absolutePath: Validator = (value) =>
  /^([a-zA-Z]:[\\/]|\/)/.test(String(value)) ? undefined : `'${value}' must be an absolute path`;
