/** The answers that Nginx gives of itself: refusals, dead upstreams, bundles that are off. */
import { HOST_REFUSED, ORIGIN_REFUSED, SOURCE_REFUSED, type ErrorAnswer } from "./access";
import { ANSWERS, HOST_ROUTES, ROUTER, upstreamUrl, type HostRoute, type Upstream } from "./routes";

/** Text that is indented by so many spaces; empty lines stay empty. */
export const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));

/** A JSON answer in single quotes, as `return` takes it; `$names` in it are Nginx's to fill in. */
const json = (answer: ErrorAnswer): string => {
  const body = JSON.stringify({ error: answer });
  if (/['\\]/.test(body))
    throw new Error(`the answer ${answer.type} holds a quote or backslash, which nginx.conf cannot carry`);
  return `'${body}'`;
};

/** The `return` of an answer. */
export const reply = (answer: ErrorAnswer): string => `return ${answer.status} ${json(answer)};`;

const unreachable = ({ service }: Upstream): ErrorAnswer => ({
  status: 502,
  type: "upstream_unreachable",
  service,
  message:
    `The service ${service} does not answer: it is starting, or it has stopped. ` +
    `Look at it: docker ps -a --filter label=mcp-stack.service=${service}`,
});

const late = ({ service }: Upstream): ErrorAnswer => ({
  status: 504,
  type: "upstream_timeout",
  service,
  message: `The service ${service} took the request but did not answer in time.`,
});

/**
 * Where requests end whose service does not answer, or is late. The address of a container that has just stopped swallows
 * packets, so connecting to it times out: that is no service that took a request.
 */
export const deadUpstream = (route: Upstream): string => `
location @${route.service}-unreachable {
    ${reply(unreachable(route))}
}
location @${route.service}-timeout {
    if ($upstream_connect_time = "-") {
        ${reply(unreachable(route))}
    }
    ${reply(late(route))}
}`;

/** Errors that Nginx finds itself. A location with error pages of its own inherits none, so it names these too. */
export const OWN_ERROR_PAGES = "error_page 400 405 408 411 412 413 414 416 429 431 494 500 501 505 /own-error;";

/** Errors that Nginx finds itself, before or beside any route. Answers of upstreams pass untouched. */
export const OWN_ERRORS = `
    ${OWN_ERROR_PAGES}
    location = /own-error {
        internal;
        return 200 '{"error":{"status":$status,"type":"bad_request","message":"The request cannot be handled."}}';
    }`.trimStart();

const offLocation = (route: HostRoute): string => `
location = /off/${route.service} {
    ${reply({
      status: 503,
      type: "bundle_off",
      service: route.service,
      message:
        `The service ${route.service} does not answer. It is part of the bundle ${route.bundle}; if that is off, turn it on ` +
        `(comma list): pulumi config set ${route.configKey} ${route.bundle} and pulumi up. ` +
        `If it is on, look at it: docker ps -a --filter label=mcp-stack.service=${route.service}`,
      configKey: route.configKey,
    })}
}`;

/** The server that only the ingress asks. */
export const answersServer = (): string => `
server {
    listen ${ANSWERS.port} default_server;
    server_name _;
    access_log off;

    location = /origin {
        if ($origin_refused) {
            ${reply(ORIGIN_REFUSED("$shown_origin"))}
        }
        return 204;
    }
    location = /refused/host {
        ${reply(HOST_REFUSED("$shown_host"))}
    }
    location = /refused/source {
        ${reply(SOURCE_REFUSED("$shown_source"))}
    }
${indent(HOST_ROUTES.map(offLocation).join("\n"), 4)}

    location / {
        ${reply({ status: 404, type: "unknown_path", message: `Only the ingress asks here; the routes are on ${upstreamUrl(ROUTER)}.` })}
    }
    ${OWN_ERRORS}
}`;
