/** Config keys of signing in by OpenID Connect; part of the table in config-keys.ts. */
import type { Key } from "./config-keys";
import * as values from "./config-values";

const GROUP = "Who may connect" as const;

const URL_TEXT = /^https?:\/\/[A-Za-z0-9.:[\]_~/%-]+$/;

const url: values.Parser<string> = (text) => {
  if (URL_TEXT.test(text) && URL.canParse(text)) return text;
  throw new values.ValueFault(
    `has "${text}", which is no http or https URL`,
    "set one without spaces, quotes or a query",
  );
};

const allowed: values.Parser<string> = (text) => {
  if (text === "*" || /^[^\s@"'\\]*@[A-Za-z0-9.-]+$/.test(text)) return text;
  throw new values.ValueFault(
    `has "${text}", which is neither an e-mail address nor @ and a domain`,
    'set for example anna@example.org,@example.com, or "*" for everybody whom the provider knows',
  );
};

const scope: values.Parser<string> = (text) => {
  if (/^[A-Za-z0-9:/._-]+$/.test(text)) return text;
  throw new values.ValueFault(`has "${text}", which is no scope`, "set for example openid,email,profile");
};

export const OIDC_KEYS = {
  oidcIssuer: {
    group: GROUP,
    description: "Issuer of the OpenID Connect provider, for `auth oidc`",
    parse: url,
    fallback: undefined,
    example: "oidcIssuer https://id.example.org/realms/home",
    notes: "Browsers, MCP clients and the container `oidc-auth` all have to reach it by this address.",
  },
  oidcClientId: {
    group: GROUP,
    description: "This stack's client at the provider; its secret is OIDC_CLIENT_SECRET of `secretsFile` or `secrets`",
    parse: scope,
    fallback: undefined,
    example: "oidcClientId mcp-gateway-stack",
    notes:
      "The provider has to know as redirect addresses `SCHEME://HOST:PORT/oauth2/callback` of every host that browsers ask.",
  },
  oidcAllowed: {
    group: GROUP,
    description:
      'Who may sign in: comma list of e-mail addresses and @domains, or "*" for everybody whom the provider knows',
    parse: values.listOf(allowed),
    fallback: "",
    example: "oidcAllowed anna@example.org,@example.com",
    notes: "It counts for browsers and for tokens of MCP clients, which need the claim `email` then.",
  },
  oidcScopes: {
    group: GROUP,
    description: "Scopes that are asked for: comma list",
    parse: values.listOf(scope),
    fallback: "openid,email,profile",
    example: "oidcScopes openid,email",
  },
  oidcAudiences: {
    group: GROUP,
    description: "Audiences that tokens of MCP clients may have besides the endpoint's own address: comma list",
    parse: values.listOf(url),
    fallback: "",
    example: "oidcAudiences https://mcp.example.org",
    notes:
      "For providers that do not take the address of the resource (RFC 8707) for the audience. Tokens have to be JWTs; opaque ones are refused.",
  },
} as const satisfies Record<string, Key>;
