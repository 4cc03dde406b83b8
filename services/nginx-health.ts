/** What Nginx answers at `/healthz/NAME`: a status and a line of JSON, never what the service itself says. */
import type { ErrorAnswer } from "./access";
import { healthPath, type HealthRoute } from "./health";
import { reply } from "./nginx-answers";
import { signInErrors, type Auth } from "./nginx-auth";

const NO_STORE = 'add_header Cache-Control "no-store" always;';

const METHOD: ErrorAnswer = { status: 405, type: "method_not_allowed", message: "Health is asked for with GET." };

const orBundleOff = (bundle: HealthRoute["bundle"]): string =>
  bundle === undefined
    ? ""
    : `; or the bundle ${bundle} is off: turn it on (comma list) with pulumi config set bundles ${bundle} and pulumi up`;

const unwell = ({ of, bundle }: HealthRoute): ErrorAnswer => ({
  status: 503,
  type: "not_healthy",
  service: of,
  message:
    `The service ${of} is not healthy: it is starting, it has stopped, or it has a fault${orBundleOff(bundle)}. ` +
    `Look at it: docker ps -a --filter label=mcp-stack.service=${of}`,
  ...(bundle === undefined ? {} : { configKey: "bundles" }),
});

const hidden = ({ of, bundle, asks }: HealthRoute): ErrorAnswer => ({
  status: 502,
  type: "health_not_known",
  service: of,
  message: `Whether ${of} is healthy is asked through ${asks.service}, which does not answer${orBundleOff(bundle)}.`,
});

/** A relay that answers tells something, however bad; one that is not there (502, 504, no address) tells nothing. */
const relayGone = (route: HealthRoute): string => `
    if ($asked_status !~ "^([234]|50[0135])") {
        ${reply(hidden(route))}
    }`;

const WELL = `return 200 '{"status":"ok"}';`;

/** Any answer of the service itself below 500 shows that it is there. */
const anyAnswer = `
    if ($asked_status ~ "^[234]") {
        ${WELL}
    }`;

/** What a server refuses before a route answers: locations with error pages of their own inherit none. */
export interface ServerErrors {
  readonly auth: Auth;
  /** Error pages of its limits. */
  readonly limits: readonly string[];
}

/**
 * Where the client's own password may be wrong, 401 and 403 are that, and Nginx takes the first page for a code: 500 means the
 * service, and also a file of passwords that cannot be read, which is 503 either way.
 */
const unwellPage = ({ of }: HealthRoute, auth: Auth): string =>
  `error_page ${auth === "basic" ? "" : "401 403 "}500 = @${of}-unwell;`;

/** So a service that wants to be signed in to is not taken for a client whose password is wrong. */
const REFUSED_THERE = `
    proxy_intercept_errors on;
    error_page 401 403 =500 /own-error;`;

/**
 * The service is asked by a subrequest, whose body nobody sees: `auth_request` lets 2xx pass, and all else is an error. The
 * name is looked up for each request, so it may be missing, as it is while a bundle is off.
 */
const location = (route: HealthRoute, { auth, limits }: ServerErrors): string => `
location = ${healthPath(route.of)} {
    access_log off;
    # Asked every few seconds: a service that is down would fill the log.
    error_log stderr crit;
    if ($request_method !~ "^(GET|HEAD)$") {
        ${reply(METHOD)}
    }
    auth_request /asked/${route.of};
    auth_request_set $asked_status $upstream_status;
    ${[unwellPage(route, auth), ...signInErrors(auth), ...limits].join("\n    ")}
    try_files /none @well;
}
location = /asked/${route.of} {
    internal;
    error_page 404 /own-error;${auth === "basic" ? REFUSED_THERE : ""}
    set $asked ${route.asks.service}:${route.asks.port};
    proxy_pass http://$asked${route.asks.path};
    proxy_method GET;
    # Nothing of the client goes there.
    proxy_pass_request_headers off;
    proxy_pass_request_body off;
    proxy_connect_timeout 2s;
    proxy_read_timeout 4s;
}
location @${route.of}-unwell {
    ${NO_STORE}${route.asks.anyAnswer && !route.relayed ? anyAnswer : ""}${route.relayed ? relayGone(route) : ""}
    ${reply(unwell(route))}
}`;

/** Locations of a server. */
export const healthLocations = (
  routes: readonly HealthRoute[],
  errors: ServerErrors = { auth: "none", limits: [] },
): string => `${routes.map((route) => location(route, errors)).join("")}
location @well {
    ${NO_STORE}
    ${WELL}
}`;
