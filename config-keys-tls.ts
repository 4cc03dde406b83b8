/** Config keys of TLS at the ingress; part of the table in config-keys.ts. */
import type { Key } from "./config-keys";
import * as values from "./config-values";

const GROUP = "Who may connect" as const;

export const TLS_KEYS = {
  tls: {
    group: GROUP,
    description:
      "Encryption at the ingress: none, internal (a certificate authority of the stack's own), or files (yours)",
    parse: values.oneOf("none", "internal", "files"),
    fallback: "none",
    example: "tls internal",
    notes: `With \`internal\` and \`files\`, everything is at \`https://…\` on \`httpsPort\`; plain HTTP on \`httpPort\` only redirects there.

- \`internal\` makes a certificate authority once, in \`DATADIR/tls\`, and a certificate of it for every name by which the ingress
  answers. \`npm run mcp-tls\` shows both, and how each kind of client comes to trust the authority.
- \`files\` takes \`tlsCertificate\` and \`tlsKey\`, and tells browsers to stay with HTTPS (HSTS).

Certificates of \`internal\` live 397 days. \`npm run up\` renews them when a third of that is left, and takes over files that changed; so
does \`npm run -s mcp-tls -- renew\`, which touches nothing else: call it once a day (cron), or after each renewal (certbot's
\`--deploy-hook\`). No container is restarted, no stream is cut.`,
  },
  httpsPort: {
    group: GROUP,
    description: "Port of the ingress for HTTPS, with `tls` other than none",
    parse: values.port,
    fallback: "8443",
    example: "httpsPort 443",
  },
  tlsCertificate: {
    group: GROUP,
    description: "File with the certificate and those that lead to its authority (PEM), for `tls files`",
    parse: values.text,
    fallback: undefined,
    example: "tlsCertificate /etc/letsencrypt/live/box.example.org/fullchain.pem",
    notes: "It has to hold for `baseDomain`: addresses of the stack are made with that name then.",
  },
  tlsKey: {
    group: GROUP,
    description: "File with its private key (PEM, without a passphrase), for `tls files`",
    parse: values.text,
    fallback: undefined,
    example: "--plaintext tlsKey /etc/letsencrypt/live/box.example.org/privkey.pem",
    notes:
      "`--plaintext`, because the CLI takes the key's name for that of a secret. The key itself gets into no state and no log.",
  },
} as const satisfies Record<string, Key>;
