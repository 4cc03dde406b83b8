/**
 * A real OpenID Connect provider (npm oidc-provider) in a process of its own: `run-oidc-provider.mjs`, its settings as JSON on
 * standard input. Whoever comes may sign in under any name; names are e-mail addresses.
 */
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const { address, port, issuer, jwks, clients } = JSON.parse(readFileSync(0, "utf8"));

const provider = new Provider(issuer, {
  clients,
  jwks,
  cookies: { keys: ["of a test"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  // oauth2-proxy reads the address from the ID token.
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: true, name: id }) }),
  extraTokenClaims: (_, token) => ({ email: token.accountId, email_verified: true }),
  pkce: { required: () => true },
  features: {
    registration: { enabled: true },
    // RFC 8707: the token is for the resource that was asked for, and a JWT.
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: "openid email profile",
        audience: resource,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});

provider.listen(port, address, () => console.log("ready"));
