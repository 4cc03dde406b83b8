/** oidc-auth: oauth2-proxy, which signs browsers in at the provider and knows its tokens. It passes nothing on itself. */
import { OIDC_AUTH, OIDC_SECRETS, audiences, type OidcSettings } from "./oidc";
import { secretFile, secretMounts } from "./secret-files";
import type { RenderedFile, ServiceSpec } from "./spec";
import { isEncrypted } from "./tls";

const CONFIG_DIRECTORY = "/etc/oauth2-proxy";
const EMAILS = "emails";

/** Who may sign in: addresses, and domains of addresses ("@example.org"). */
function admitted({ oidcAllowed }: OidcSettings): { readonly emails: string[]; readonly domains: string[] } {
  const domains = oidcAllowed.filter((entry) => entry.startsWith("@")).map((entry) => entry.slice(1));
  const emails = oidcAllowed.filter((entry) => !entry.startsWith("@") && entry !== "*");
  return { emails, domains: oidcAllowed.includes("*") ? ["*"] : domains };
}

/** Its settings, in the words of its configuration file (v7.15, pkg/apis/options); TOML takes JSON's texts and lists. */
function settingsOf(settings: OidcSettings): Record<string, unknown> {
  const { emails, domains } = admitted(settings);
  return {
    http_address: `0.0.0.0:${OIDC_AUTH.port}`,
    // The ingress says which address was asked; nobody else reaches it from outside.
    reverse_proxy: true,
    provider: "oidc",
    oidc_issuer_url: settings.oidcIssuer ?? "",
    client_id: settings.oidcClientId ?? "",
    client_secret_file: secretFile(OIDC_SECRETS.client),
    scope: settings.oidcScopes.join(" "),
    code_challenge_method: "S256",
    insecure_oidc_skip_nonce: false,
    skip_provider_button: true,
    email_domains: domains,
    ...(emails.length === 0 ? {} : { authenticated_emails_file: `${CONFIG_DIRECTORY}/${EMAILS}` }),
    // Answers 202 to who is signed in; the ingress passes the request on itself.
    upstreams: ["static://202"],
    // Questions of programs on pages: 401 in place of a way to the provider.
    api_routes: ["^/healthz/", "^/console/api/"],
    cookie_name: "mcp_stack_session",
    cookie_secret_file: secretFile(OIDC_SECRETS.cookie),
    cookie_secure: isEncrypted(settings),
    cookie_httponly: true,
    cookie_samesite: "lax",
    // Who somebody is, and no token of the provider.
    session_cookie_minimal: true,
    // Half a day: who is taken off the provider's list is out by then.
    cookie_expire: "12h",
    // Tokens of the provider, for mcp-router; one that is not right is refused, never sent to sign in.
    skip_jwt_bearer_tokens: true,
    bearer_token_login_fallback: false,
    oidc_extra_audiences: audiences(settings),
    silence_ping_logging: true,
    request_logging: settings.accessLog,
  };
}

function files(settings: OidcSettings): RenderedFile[] {
  const lines = Object.entries(settingsOf(settings)).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
  const { emails } = admitted(settings);
  return [
    {
      path: "oauth2-proxy.cfg",
      content: `# Generated from services/; change the config, not this file.\n${lines.join("")}`,
    },
    ...(emails.length === 0 ? [] : [{ path: EMAILS, content: emails.map((email) => `${email}\n`).join("") }]),
  ];
}

/** What to run as oidc-auth. Works with oauth2-proxy 7.15. */
export function oidcAuthService(settings: OidcSettings): ServiceSpec {
  return {
    name: OIDC_AUTH.service,
    image: "oauth2-proxy",
    command: [`--config=${CONFIG_DIRECTORY}/oauth2-proxy.cfg`],
    environment: {},
    networks: ["edge", "edge-outside"],
    port: OIDC_AUTH.port,
    ports: [],
    mounts: [],
    files: [{ target: CONFIG_DIRECTORY, files: files(settings) }],
    secrets: secretMounts(Object.values(OIDC_SECRETS)),
    health: { externalOnly: "its image has no program that could ask; the update asks through the ingress" },
    user: "65532:65532",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: 96,
    startSeconds: 60,
    stopSeconds: 10,
    init: false,
  };
}
