/** The parts of nginx.conf that bound what one client can take: text in, text out. */
import type { Config } from "../config";
import type { ErrorAnswer } from "./access";
import { reply } from "./nginx-answers";

/** The config of what a client may take. */
export type LimitSettings = Pick<
  Config,
  "maxBodyMiB" | "maxHeaderKiB" | "requestsPerSecond" | "streamsPerClient" | "streamSeconds"
>;

/** Requests at once, as a multiple of those of a second: clients start with several. */
const BURST = 4;

const tooLarge = ({ maxBodyMiB }: LimitSettings): ErrorAnswer => ({
  status: 413,
  type: "body_too_large",
  message: `The body of the request is larger than ${maxBodyMiB} MiB. To allow more: pulumi config set maxBodyMiB MIB and pulumi up`,
  configKey: "maxBodyMiB",
});

const tooMany = ({ requestsPerSecond, streamsPerClient }: LimitSettings): ErrorAnswer => ({
  status: 429,
  type: "too_many_requests",
  message:
    `This client has ${streamsPerClient} requests and streams open, or sends more than ${requestsPerSecond} requests a second. ` +
    "To allow more: pulumi config set streamsPerClient NUMBER, or requestsPerSecond NUMBER, and pulumi up",
  configKey: "streamsPerClient",
});

/** Of the http block. A client is the address that the ingress saw; services of the stack come without one. */
export const limitSettings = (limits: LimitSettings): string => `
map $http_x_real_ip $client_address {
    default $http_x_real_ip;
    "" $remote_addr;
}
# 1 MiB holds the state of some thousand clients; the oldest make room.
limit_req_zone $client_address zone=requests:1m rate=${limits.requestsPerSecond}r/s;
limit_conn_zone $client_address zone=streams:1m;
limit_req_status 429;
limit_conn_status 429;

# As much as the ingress lets through.
client_header_buffer_size 4k;
large_client_header_buffers 4 ${limits.maxHeaderKiB}k;
client_header_timeout 15s;
client_max_body_size ${limits.maxBodyMiB}m;
# Between two parts of a body.
client_body_timeout 30s;`;

/** Error pages of these limits. A location with error pages of its own inherits none, so it names these too. */
export const LIMIT_ERROR_PAGES = ["error_page 413 @too-large;", "error_page 429 @too-many;"];

/** Of the public server. Over HTTP/2, which the ingress speaks, each request counts as a connection. */
export const serverLimits = (limits: LimitSettings): string => `
limit_req zone=requests burst=${limits.requestsPerSecond * BURST} nodelay;
limit_conn streams ${limits.streamsPerClient};
${LIMIT_ERROR_PAGES.join("\n")}
location @too-large {
    ${reply(tooLarge(limits))}
}
location @too-many {
    ${reply(tooMany(limits))}
}`;
