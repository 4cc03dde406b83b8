/**
 * The graph, top to bottom:
 *
 *     client → ingress → mcp-router → mcp-gateway → catalog servers (in gatewayMode static: nodes, too)
 *                             └─────→ mcp-nixos-http
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { AiBundle } from "./components/ai-bundle";
import { DifyBundle } from "./components/dify-bundle";
import { dataDirectory } from "./components/data-directory";
import { Images, type ImagesArgs } from "./components/images";
import { Ingress } from "./components/ingress";
import { McpGateway } from "./components/mcp-gateway";
import { McpNixos } from "./components/mcp-nixos";
import { McpRouter } from "./components/mcp-router";
import { McpServers } from "./components/mcp-servers";
import { Networks } from "./components/networks";
import { OidcAuth } from "./components/oidc-auth";
import { Probe } from "./components/probe";
import { ProcessLimits } from "./components/process-limits";
import { Secrets } from "./components/secrets";
import type { Foundation } from "./components/service";
import { SignInProbe } from "./components/sign-in-probe";
import { StartPage } from "./components/start-page";
import { load, withoutStack, type Config } from "./config";
import { resourceName } from "./engines/container-args";
import { DockerEngine } from "./engines/docker";
import type { Running } from "./engines/engine";
import { ownTokenFile } from "./engines/files/access";
import { secretSource, type SecretSource } from "./engines/files/user-secrets";
import { findEngine, prepare, type Prepared } from "./prepare";
import { coreEndpoints, serviceEndpoint, stackEndpoints } from "./services/endpoints";
import { OIDC_PATH } from "./services/oidc";
import { OWN_TOKEN } from "./services/secret-files";
import type { ServiceSpec } from "./services/spec";
import { authorityFile } from "./services/tls";
import { coreNetworks, dataUser, type StackPlan } from "./stack";
import { drawnBy, startPageData } from "./start-page";

/** Seconds until the first tools are there: the gateway starts every enabled server once. */
const FIRST_TOOLS_SECONDS = 120;

/** Seconds until oidc-auth has asked the provider for its settings. */
const SIGN_IN_SECONDS = 30;

/** Pulumi shows a RunError without a stack trace. */
async function checked(config: Config): Promise<Prepared> {
  const prepared = await findEngine(config)
    .then((engine) => prepare(config, engine))
    .catch((error: Error) => {
      throw withoutStack(new pulumi.RunError(error.message));
    });
  const { exposure, notes, plan, waived } = prepared;
  const warnings = [...(exposure.open ? [exposure.text] : []), ...waived, ...(plan.ai?.warnings ?? [])];
  for (const text of warnings) await pulumi.log.warn(text);
  for (const text of [...(exposure.open ? [] : [exposure.text]), ...notes]) await pulumi.log.info(text);
  return prepared;
}

/** Whose certificates the probes trust besides those that this machine does. */
const authorityOf = ({ tls, dataDir }: Config): string | undefined =>
  tls === "internal" ? authorityFile(dataDir) : undefined;

/** Who signs browsers in at a provider, where the config says so. */
function signIn(config: Config, spec: ServiceSpec | undefined, foundation: Foundation, ingress: Running): void {
  if (spec === undefined) return;
  const { running } = new OidcAuth("oidc-auth", { foundation, spec });
  const url = `${serviceEndpoint(config, "traefik")}${OIDC_PATH}/auth`;
  const asked = { url, seconds: SIGN_IN_SECONDS, issuer: config.oidcIssuer ?? "", authorityFile: authorityOf(config) };
  new SignInProbe("sign-in", { ...asked, through: [running, ingress] });
}

interface BundleArgs {
  readonly foundation: Foundation;
  readonly imagesOf: (wanted: ImagesArgs["wanted"]) => ImagesArgs;
  readonly userSecrets: SecretSource;
}

function aiBundle({ ai }: StackPlan, { foundation, imagesOf, userSecrets }: BundleArgs): AiBundle | undefined {
  if (ai === undefined) return undefined;
  const { services, models, secrets, images } = ai;
  return new AiBundle("ai", { foundation, services, images: imagesOf(images), models, secrets, userSecrets });
}

function difyBundle({ dify }: StackPlan, { foundation, imagesOf }: BundleArgs): void {
  if (dify === undefined) return;
  const { services, oneShots, secrets, images } = dify;
  new DifyBundle("dify", { foundation, services, oneShots, images: imagesOf(images), secrets });
}

/** Catalog servers before the gateway, or what it starts them with. */
function catalogServers(plan: StackPlan, foundation: Foundation, host: string) {
  const { servers, catalog, volumes, serverLabels: labels } = plan;
  if (servers === undefined) return { starts: { images: catalog.images, volumes, containers: { host, labels } } };
  return { servers: new McpServers("mcp-servers", { foundation, ...servers }).running };
}

export = async () => {
  const config = await load();
  const { plan, owner, place } = await checked(config);
  const { core } = plan;
  const { host } = place;

  const engine = new DockerEngine({ ...config, ...place, imageReference: plan.reference });
  // Sent off before the rest is worked out, since Pulumi starts the plugin only then.
  await nextTurn();
  const imagesOf = (wanted: ImagesArgs["wanted"]): ImagesArgs => ({
    source: config.imageSource,
    wanted,
    provider: engine.provider,
    host,
  });
  const images = new Images("images", imagesOf(plan.images));
  const dataReady = dataDirectory(config.dataDir, owner);
  const server = { host, container: resourceName(config, core.ingress.name) };
  const secrets = new Secrets("secrets", { dataDir: config.dataDir, after: dataReady, server, ...plan.secrets });
  new Networks("networks", { engine, names: coreNetworks(plan) });
  const foundation = { engine, images, secrets, dataDir: config.dataDir, dataReady, dataUser: dataUser() };

  const gateway = new McpGateway("mcp-gateway", {
    foundation,
    spec: core.gateway,
    ...catalogServers(plan, foundation, host),
  });
  const nixos = new McpNixos("mcp-nixos", { foundation, spec: core.nixos });
  const router = new McpRouter("mcp-router", { foundation, spec: core.router });
  const ingress = new Ingress("ingress", { foundation, spec: core.ingress });

  signIn(config, core.oidc, foundation, ingress.running);

  const page = startPageData(config, plan);
  new StartPage("start-page", { dataDir: config.dataDir, dataReady, page, drawnBy: drawnBy() });

  const bundleArgs = { foundation, imagesOf, userSecrets: secretSource(config) };
  const ai = aiBundle(plan, bundleArgs);
  difyBundle(plan, bundleArgs);

  new ProcessLimits("process-limits", { engine });

  const endpoints = coreEndpoints(config);
  const behind = { mcp: gateway.running, "mcp-nixos": nixos.running };
  const shown = config.auth === "none" ? {} : { tokenFile: ownTokenFile(config.dataDir, OWN_TOKEN) };
  for (const { name, url } of endpoints) {
    const through = [behind[name as keyof typeof behind], router.running, ingress.running];
    new Probe(name, { url, seconds: FIRST_TOOLS_SECONDS, through, host, authorityFile: authorityOf(config), ...shown });
  }
  return {
    endpoints: Object.fromEntries(stackEndpoints(config).map(({ name, url }) => [name, url])),
    dataDir: config.dataDir,
    ...(ai === undefined ? {} : { llmProxyKey: ai.llmProxyKey }),
    servers: plan.catalog.servers.filter(({ enabled }) => enabled).map(({ name }) => name),
  };
};
