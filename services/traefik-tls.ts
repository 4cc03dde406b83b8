/** What Traefik is told about TLS: parts of its two configurations. With `tls none` there are none of them. */
import type { Config } from "../config";
import { secretPath } from "./secret-files";
import { INGRESS_TLS, isEncrypted, TLS_FILES } from "./tls";

type Tls = Pick<Config, "tls" | "httpsPort">;

export const WEB = "web";
export const WEB_SECURE = "websecure";
/** Above 1024, so that no capability is needed. */
export const SECURE_PORT = 8443;

/** Entry points of what clients come for. */
export const servingEntryPoints = (tls: Pick<Tls, "tls">): readonly string[] => [isEncrypted(tls) ? WEB_SECURE : WEB];

/** Entry points of what is checked or answered before everything else: all of them. */
export const allEntryPoints = (tls: Pick<Tls, "tls">): readonly string[] =>
  isEncrypted(tls) ? [WEB, WEB_SECURE] : [WEB];

/** Two years, which is what browsers' lists ask for (hstspreload.org). */
const HSTS_SECONDS = 63_072_000;

/** Middlewares by name; those of `everywhere` belong to every route. */
export function tlsMiddlewares({ tls, httpsPort }: Tls): {
  readonly everywhere: readonly string[];
  readonly middlewares: Readonly<Record<string, object>>;
} {
  if (tls === "none") return { everywhere: [], middlewares: {} };
  // Not for good: browsers would remember it after `tls none`. A POST stays one (307).
  const redirect = { "to-https": { redirectScheme: { scheme: "https", port: String(httpsPort), permanent: false } } };
  // A name with a certificate of the stack's own may have another one tomorrow, and HSTS lets nobody pass by a warning.
  if (tls === "internal") return { everywhere: [], middlewares: redirect };
  return { everywhere: ["hsts"], middlewares: { ...redirect, hsts: { headers: { stsSeconds: HSTS_SECONDS } } } };
}

/** The route that sends plain HTTP on; nothing is as unimportant. */
export const redirectRouter = ({ tls }: Pick<Tls, "tls">): Readonly<Record<string, object>> =>
  tls === "none"
    ? {}
    : {
        "to-https": {
          entryPoints: [WEB],
          rule: "PathPrefix(`/`)",
          priority: 1,
          service: "noop@internal",
          middlewares: ["sources", "to-https"],
        },
      };

/** The certificate is read when Traefik is told to (SIGHUP), and whenever it starts. */
export function tlsSection({ tls }: Pick<Tls, "tls">): { readonly tls?: object } {
  if (tls === "none") return {};
  const directory = secretPath(INGRESS_TLS);
  const pair = { certFile: `${directory}/${TLS_FILES.certificate}`, keyFile: `${directory}/${TLS_FILES.key}` };
  return {
    tls: {
      certificates: [pair],
      stores: { default: { defaultCertificate: pair } },
      options: { default: { minVersion: "VersionTLS12" } },
    },
  };
}
