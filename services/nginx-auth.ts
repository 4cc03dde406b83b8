/** The parts of nginx.conf that ask clients to sign in, and the script that compares tokens: text in, text out. */
import type { Config } from "../config";
import type { ErrorAnswer } from "./access";
import { reply } from "./nginx-answers";
import { oidcMaps, oidcVariables } from "./nginx-oidc";
import { HEALTH_PATH } from "./routes";
import { ACCESS_DIGESTS, DIGEST_FILES, secretPath } from "./secret-files";

export type Auth = Config["auth"];
/** What signing in depends on. */
export type SignInSettings = Pick<Config, "auth" | "oidcIssuer" | "oidcScopes" | "oidcAudiences">;

/** File of the script, beside nginx.conf. */
export const SCRIPT_FILE = "sign-in.js";
/** A file with digests. It is read for each request, so that a change counts at once and needs no reload. */
const at = (file: string): string => `${secretPath(ACCESS_DIGESTS)}/${file}`;

const REALM = "mcp-gateway-stack";

const FOREIGN: ErrorAnswer = {
  status: 404,
  type: "session_unknown",
  message: "There is no such session of this client: it has ended, or another client opened it. Begin a new one.",
};

/** Of a guarded route: a session belongs to the client that opened it, and is unknown to every other (MCP: 404, begin anew). */
export const sessionTie = (auth: Auth): string[] =>
  auth === "none"
    ? []
    : [
        `if ($session_state = foreign) {\n        ${reply(FOREIGN)}\n    }`,
        "proxy_set_header Mcp-Session-Id $own_session;",
        "js_header_filter sign_in.bind;",
      ];

const REQUIRED: ErrorAnswer = {
  status: 401,
  type: "sign_in_required",
  message:
    "This stack asks for a token: send the header Authorization: Bearer TOKEN. Whoever runs the stack finds one in its data " +
    "directory, secrets/mcp-token/value, and can add more to its secretsFile (MCP_TOKEN_name=...).",
  configKey: "auth",
};

const REQUIRED_OIDC: ErrorAnswer = {
  status: 401,
  type: "sign_in_required",
  message:
    "This stack asks for a token: MCP clients get one where WWW-Authenticate points to; for machines without a browser, whoever " +
    "runs the stack makes one (npm run -s mcp-token -- add NAME). Send it as Authorization: Bearer TOKEN.",
  configKey: "auth",
};

const REFUSED_TOKEN: ErrorAnswer = {
  status: 401,
  type: "sign_in_refused",
  message:
    "The token is not one that opens this endpoint: it has ended, it is for another address or from another issuer, " +
    "or it was taken away.",
  configKey: "auth",
};

const NOT_ADMITTED: ErrorAnswer = {
  status: 403,
  type: "not_admitted",
  message:
    "The token is right, but it is of somebody who may not come in here. Whoever runs the stack adds them: " +
    "pulumi config set oidcAllowed ADDRESS,@DOMAIN, then npm run up. The token has to have the claim email.",
  configKey: "oidcAllowed",
};

const UNREACHABLE: ErrorAnswer = {
  status: 503,
  type: "sign_in_unavailable",
  service: "oidc-auth",
  message:
    "The service oidc-auth does not answer, so no token of the provider opens anything now. " +
    "Look at it: docker ps -a --filter label=mcp-stack.service=oidc-auth",
  configKey: "auth",
};

const REFUSED: ErrorAnswer = {
  status: 401,
  type: "sign_in_refused",
  message:
    "The token, or the name and password, are not among those that this stack knows; perhaps they were taken away. After a " +
    "change of secretsFile: npm run up.",
  configKey: "auth",
};

const UNREADABLE: ErrorAnswer = {
  status: 503,
  type: "sign_in_unavailable",
  message: "mcp-router cannot read who may connect, so it lets nobody in. Write it again: npm run up",
  configKey: "auth",
};

/** Loads what reads the tokens; beside nothing else at the top of the file. */
export const signInModule = (auth: Auth): string =>
  // The path is the same in Debian's package and in the published images.
  auth === "none" ? "" : "load_module /usr/lib/nginx/modules/ngx_http_js_module.so;\n";

const GUARDED = `    default 1;
    "~^(${HEALTH_PATH}|/\\.well-known/.*)$" 0;`;
/** The ingress sends browsers to sign in; programs show tokens to the MCP servers. */
const OIDC_GUARDED = `    default 0;
    "~^/mcp(/|$)" 1;`;

const TOKEN_STATES = '    "1 basic" refused;\n';
const BASIC_STATES = '    # The password is compared below, before anything is passed on.\n    "1 basic" no;\n';
const OIDC_STATES = `    # oidc-auth is asked below, before anything is passed on.\n    "1 jwt" no;\n${TOKEN_STATES}`;

const signInState = (directory: string, guarded: string, states: string): string => `
js_import sign_in from ${directory}/${SCRIPT_FILE};
js_set $token_check sign_in.check;
js_set $own_session sign_in.session;
map $token_check $token_state {
    default "";
    "~^([a-z]+)" $1;
}
# One that was shown, and is not this client's.
map "$http_mcp_session_id $own_session" $session_state {
    default own;
    "~. $" foreign;
}
map $uri $guarded {
${guarded}
}
map "$guarded $token_state" $sign_in {
    default required;
    "~^0 " no;
    "1 valid" no;
    "1 wrong" refused;
    "1 malformed" refused;
    "1 unreadable" unreadable;
${states}}`;

/**
 * Defines $sign_in: "no" for what is open or has shown what it takes, else the reason against it; and the challenges of
 * RFC 6750 and 7617. Open are the router's own health, which its container asks for, and /.well-known/, where MCP clients
 * look for a way to sign in that is not there.
 */
export function signInMaps(auth: Auth, directory: string): string {
  if (auth === "none") return "";
  if (auth === "oidc") return `${signInState(directory, OIDC_GUARDED, OIDC_STATES)}${oidcMaps()}`;
  return `${signInState(directory, GUARDED, auth === "basic" ? BASIC_STATES : TOKEN_STATES)}
map $sign_in $bearer_challenge {
    default "";
    required 'Bearer realm="${REALM}"';
    refused 'Bearer realm="${REALM}", error="invalid_token", error_description="The token is not known here"';
}${
    auth === "basic"
      ? `
map $sign_in $basic_challenge {
    default "";
    required 'Basic realm="${REALM}", charset="UTF-8"';
}
map "$guarded $token_state" $password_realm {
    default off;
    "1 basic" "${REALM}";
}`
      : ""
  }`;
}

/** Error pages for a password that is not right, or cannot be compared; Nginx answers 403 or 500 when the file is not there. */
export const signInErrors = (auth: Auth): string[] =>
  auth === "basic" ? ["error_page 401 @sign-in-refused;", "error_page 403 500 @sign-in-unreadable;"] : [];

/** What a request with a token or a password is refused by, once it was looked into. */
const refusals = (auth: Auth): string =>
  auth === "oidc"
    ? `
location @sign-in-refused {
    add_header WWW-Authenticate $refused_challenge always;
    ${reply(REFUSED_TOKEN)}
}
location @not-admitted {
    ${reply(NOT_ADMITTED)}
}
location @sign-in-unreachable {
    ${reply(UNREACHABLE)}
}`
    : `
# Of a request with name and password. A route must be served by more than \`return\` to be guarded by it.
auth_basic $password_realm;
auth_basic_user_file ${at(DIGEST_FILES.users)};
${signInErrors(auth).join("\n")}
location @sign-in-refused {
    ${reply(REFUSED)}
}
location @sign-in-unreadable {
    ${reply(UNREADABLE)}
}`;

/** Of the public server: after the checks of host and origin, before any route. */
export function signInChecks(settings: SignInSettings): string {
  const { auth } = settings;
  if (auth === "none") return "";
  const oidc = auth === "oidc";
  return `
set $tokens_file ${at(DIGEST_FILES.tokens)};
${oidc ? `${oidcVariables(settings)}\n` : ""}${auth === "basic" ? "add_header WWW-Authenticate $basic_challenge always;\n" : ""}add_header WWW-Authenticate $bearer_challenge always;
if ($sign_in = required) {
    ${reply(oidc ? REQUIRED_OIDC : REQUIRED)}
}
if ($sign_in = refused) {
    ${reply(oidc ? REFUSED_TOKEN : REFUSED)}
}
if ($sign_in != no) {
    ${reply(UNREADABLE)}
}${auth === "token" ? "" : refusals(auth)}
`;
}
