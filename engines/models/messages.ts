/** What a download says when it fails for good: the URL, what was expected, and what to do. */
import { MAGIC, type DownloadPlan } from "./plan";
import { size } from "./progress";

type Plan = Pick<DownloadPlan, "url" | "target" | "format" | "setting" | "token">;

const another = ({ setting }: Plan): string => `choose another model (${setting}) or correct ${setting}Url`;

const tokenPlace = ({ name, file, value }: NonNullable<Plan["token"]>): string =>
  value === undefined ? `${name} of ${file}` : `secrets.${name} of the stack's config`;

/** 401 or 403. `sent`: the token that the answering host was sent; `host` answered. */
export function refused(plan: Plan, status: number, host: string, hasToken: boolean, sent: boolean): string {
  const { url, token } = plan;
  const by = host === new URL(url).host ? "" : ` by ${host}, to which it redirects`;
  const start = `${url}: refused${by} (${status})`;
  if (token === undefined) return `${start}; ${another(plan)}`;
  if (sent) {
    return `${start} although ${tokenPlace(token)} was sent; accept the model's terms on its page, or renew the token`;
  }
  if (hasToken) return `${start}, which is not sent the token; ${another(plan)}`;
  return `${start}; if the model needs an account, accept its terms on its page and put ${token.name}=YOUR_TOKEN into ${token.file}`;
}

export const missing = (plan: Plan, status: number): string =>
  `${plan.url}: there is no such file (${status}); ${another(plan)}`;

export const unusable = (plan: Plan, status: number): string =>
  `${plan.url}: answers ${status}, expected 200 or 206; ${another(plan)}`;

/** A page in place of a model. */
export const webPage = (plan: Plan, type: string): string =>
  `${plan.url}: is a web page (${type}), expected a ${plan.format.toUpperCase()} file; set ${plan.setting}Url to the file ` +
  `itself (on huggingface.co /resolve/ in place of /blob/), and look at the page: it may ask for a sign-in`;

/** Another kind of file, by its first bytes. */
export function otherFormat(plan: Plan, head: Buffer): string {
  const found = JSON.stringify(head.toString("latin1"));
  return `${plan.url}: begins with ${found}, expected ${JSON.stringify(MAGIC[plan.format])} of a ${plan.format.toUpperCase()} file; ${another(plan)}`;
}

export const compressed = (plan: Plan, encoding: string): string =>
  `${plan.url}: is sent in content encoding ${encoding}, expected the plain file; ${another(plan)}`;

export const otherSize = (plan: Plan, found: number, expected: number): string =>
  `${plan.url}: has ${found} bytes, expected ${expected}: it is not the file that was chosen; ${another(plan)}`;

export const tooLong = (plan: Plan, expected: number): string =>
  `${plan.url}: sends more than the expected ${expected} bytes: it is not the file that was chosen; ${another(plan)}`;

export const endless = (plan: Plan): string =>
  `${plan.url}: does not tell its size, so a cut file would go unnoticed; set ${plan.setting}Sha256, or another URL`;

export const otherContent = (plan: Plan, found: string, expected: string): string =>
  `${plan.url}: has SHA-256 ${found}, expected ${expected}; nothing was put at ${plan.target}. Run again; if it stays so, ` +
  `the file was changed at its source: ${another(plan)}`;

/** The disk cannot take the rest. `spare` is to stay free beside it. */
export function noSpace(plan: Plan, directory: string, needed: number, free: number, spare: number): string {
  const takes = `the rest of ${plan.url} takes ${size(needed)}, and ${size(spare)} are to stay free`;
  const ways = `free space, set dataDir to another disk, or choose a smaller model (${plan.setting})`;
  return `${directory}: ${size(free)} are free, but ${takes}; ${ways}`;
}

export const certificate = (plan: Plan, reason: string): string =>
  `${plan.url}: its certificate is not trusted (${reason}); behind a proxy that re-encrypts, set NODE_EXTRA_CA_CERTS to a ` +
  `file with the proxy's CA`;

/** Something that was at the target already. */
export const setAside = (plan: Plan, found: string, aside: string): string =>
  `${plan.target}: ${found}; it is moved to ${aside} and fetched again`;

/** The one thing that can be done for a model of unknown content. */
export const withoutChecksum = (plan: Plan, sha256: string): string =>
  `warning: ${plan.url} has no checksum to be held against. What lies there has SHA-256 ${sha256}; to insist on it: ` +
  `pulumi config set ${plan.setting}Sha256 ${sha256}`;
