/** Config keys of who may sign in; part of the table in config-keys.ts. */
import type { Key } from "./config-keys";
import * as values from "./config-values";

const GROUP = "Who may connect" as const;

export const ACCESS_KEYS = {
  auth: {
    group: GROUP,
    description:
      "What clients of `/mcp*` and the start page have to show: none, token, basic (name and password, or a token), or oidc",
    parse: values.oneOf("none", "token", "basic", "oidc"),
    fallback: "none",
    example: "auth token",
    notes: `With \`token\` and \`basic\`, every client has a token of its own, which can be taken away without touching the others:

- \`npm run -s mcp-token -- add laptop\` makes one, shows it once and keeps its digest; \`remove laptop\` takes it away, \`list\` names
  all. Both count at once.
- \`MCP_TOKEN_laptop=…\` as a line of \`secretsFile\` (or in the config, \`secrets.MCP_TOKEN_laptop\`) does the same for one of
  your own, of at least 32 characters, such as \`openssl rand -hex 32\` gives; it counts from the next \`npm run up\` on.
- \`MCP_USER_anna=$6$…\` there is, with \`basic\`, the user anna by the digest of a password, which \`openssl passwd -6\` or
  \`htpasswd -nB anna\` make. Without any such line there is the user \`default\`, whose password is the stack's own token.

Neither restarts anything or ends open streams. The stack's own token, in \`DATADIR/secrets/mcp-token/value\`, is what its commands
show. The router gets digests only. Browsers ask for name and password, so the start page wants \`basic\`. The LLM API,
Open WebUI and Dify keep their own keys and logins.

With \`oidc\`, browsers sign in at a provider of yours before the start page and the pages of Open WebUI and Dify, and MCP clients get their
tokens there (MCP's authorization specification). Tokens of \`mcp-token\` count too, for machines without a browser. It needs
\`oidcIssuer\`, \`oidcClientId\`, \`oidcAllowed\`, and OIDC_CLIENT_SECRET in \`secretsFile\` or \`secrets\`.`,
  },
  allowUnauthenticated: {
    group: GROUP,
    description: "Let other machines in without signing in although the engine hides who they are",
    parse: values.flag,
    fallback: "false",
    example: "allowUnauthenticated true",
    notes:
      "Docker Desktop, engines without root, and engines in virtual machines show every client with an address of their own, so that `allowedSources` keeps nobody out. There, `auth none` on a `bindAddress` that is not loopback is refused, unless this says that it is meant.",
  },
  accessLog: {
    group: GROUP,
    description: "Log every request at the ingress",
    parse: values.flag,
    fallback: "false",
    example: "accessLog true",
  },
} as const satisfies Record<string, Key>;
