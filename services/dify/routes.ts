/** Every way into Dify behind its own Nginx, declared once. */
import type { Upstream } from "../routes";
import { API, API_PORT } from "./api";
import { PLUGIN_DAEMON, PLUGIN_DAEMON_PORT } from "./plugin-daemon";
import { WEB, WEB_PORT } from "./web";

export interface DifyRoute extends Upstream {
  /** Beginning of the path. */
  readonly prefix: string;
  /** Tells the service under which address it was asked, which only the proxy knows. */
  readonly hookUrl?: true;
  /** Passes an Upgrade to WebSocket. */
  readonly upgrade?: true;
}

const api = { service: API, port: API_PORT };
const web = { service: WEB, port: WEB_PORT };

/** In the order of the file that is rendered; Nginx takes the longest prefix. */
export const DIFY_ROUTES: readonly DifyRoute[] = [
  ...["/console/api", "/api", "/v1", "/openapi", "/files", "/mcp", "/triggers"].map((prefix) => ({ ...api, prefix })),
  { ...api, prefix: "/socket.io/", upgrade: true },
  { service: PLUGIN_DAEMON, port: PLUGIN_DAEMON_PORT, prefix: "/e/", hookUrl: true },
  { ...web, prefix: "/explore" },
  { ...web, prefix: "/" },
];
