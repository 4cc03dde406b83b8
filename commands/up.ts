/** `npm run up`: from whatever this machine has to a running stack. It can be repeated at any time. */
import type Docker from "dockerode";
import type { Config } from "../config";
import { baseFault } from "../engines/images/bootstrap";
import { connect } from "../engines/images/engine";
import { readLock } from "../engines/images/lock";
import type { EngineAddress } from "../engines/locate";
import { prepare } from "../prepare";
import { stackEndpoints } from "../services/endpoints";
import { authorityFile } from "../services/tls";
import { plannedImages, servicesOf, usedImages, type StackPlan } from "../stack";
import { newPassword } from "./admin-password";
import { alone } from "./alone";
import { interactive, say } from "./ask";
import { backupBeforeUp } from "./backup/before-up";
import { settleByHand } from "./by-hand";
import { consentBy, type Consent } from "./consent";
import { ensureEngine } from "./ensure-engine";
import { showFailedServices } from "./failed-services";
import { everyServer } from "./every-server";
import { fetchImages } from "./fetch-images";
import { chooseSource, findImageSource } from "./image-source";
import { isRefused, settleLost, unknownLine } from "./lost-state";
import { recoverCommand } from "./no-stack";
import { settleLocks } from "./other-locks";
import { runShown } from "./progress/run";
import { findDigests, unpinned } from "./record-digests";
import { readConfig, stackSource } from "./stack-config";
import { quickState } from "./state";
import { endpointTable, nextStep } from "./summary";
import { settleProcessLimits } from "./settle-process-limits";
import { isOldState, settleUnfinished, trustState } from "./unfinished";
import { openWorkspace, requirePulumi, type PulumiResult, type Workspace } from "./workspace";

export interface UpOptions {
  readonly stack: string;
  readonly bundles?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  /** Turn on every server of the catalog that can run here. */
  readonly everyServer?: boolean;
  /** False: none before images of services with data are replaced. */
  readonly backup?: boolean;
  /** Done when all questions are answered, before Pulumi runs. */
  readonly before?: () => Promise<void>;
}

const set = (workspace: Workspace, ...args: string[]): Promise<void> =>
  requirePulumi(workspace, ["config", "set", ...args, "--non-interactive"]);

/** Settings that are found out once and then belong to the stack's config. */
async function settle(workspace: Workspace, { stack, bundles, everyServer: every }: UpOptions): Promise<Config> {
  if (bundles !== undefined) await set(workspace, "bundles", bundles);
  const { set: chosen } = stackSource(stack);
  if (chosen.imageSource === undefined) {
    const { source, why } =
      chosen.imageRegistry === undefined
        ? chooseSource(await findImageSource(), baseFault())
        : ({ source: "pull", why: "images: pulled by digest, as imageRegistry says" } as const);
    say(why);
    await set(workspace, "imageSource", source);
  }
  if (every) {
    const { servers, left } = everyServer(readConfig(stack));
    for (const { server, why } of left) say(`left out: ${server}: ${why}`);
    await set(workspace, "servers", servers.join(","));
  }
  return readConfig(stack);
}

async function pinDigests(
  workspace: Workspace,
  config: Config,
  engine: EngineAddress,
  consent: Consent,
): Promise<Config> {
  const names = unpinned(config, readLock(), usedImages(config));
  if (names.length === 0) return config;
  const found = await findDigests(connect(engine.host), config, names, consent);
  for (const [name, digest] of Object.entries(found)) await set(workspace, "--path", `imageDigests["${name}"]`, digest);
  return readConfig(config.stack);
}

function finish(config: Config, json: boolean): void {
  const endpoints = stackEndpoints(config);
  if (json) process.stdout.write(`${JSON.stringify({ stack: config.stack, endpoints }, null, 2)}\n`);
  else process.stdout.write(`\n${endpointTable(endpoints)}\n\n${nextStep(endpoints, config.auth)}\n`);
  if (config.tls !== "internal") return;
  say(
    `\nHTTPS by the stack's own authority, ${authorityFile(config.dataDir)}; how clients come to trust it: npm run -s mcp-tls`,
  );
}

/** Shows logs after a failure. It must not hide the failure itself. */
async function explain(workspace: Workspace, docker: Docker, config: Config): Promise<void> {
  try {
    await showFailedServices(docker, config, await shownByPlugin(workspace), say);
    const unknown = await unknownLine(workspace, docker);
    if (unknown !== undefined) say(`\n${unknown}`);
  } catch (error) {
    say(`\nlogs of the services cannot be shown: ${(error as Error).message}`);
  }
}

/** Our own plugin shows the log of a container that it waits for in vain; the official one does not. */
async function shownByPlugin(workspace: Workspace): Promise<Set<string>> {
  if (workspace.toolchain.pluginSource === "official") return new Set();
  const { resources = [] } = await quickState(workspace);
  return new Set(resources.flatMap(({ id, initErrors }) => (id !== undefined && initErrors?.length ? [id] : [])));
}

async function update(workspace: Workspace, docker: Docker, plan: StackPlan, json: boolean): Promise<PulumiResult> {
  const isChanged = await settleByHand(workspace, docker, say);
  const args = ["up", "--yes", "--skip-preview"];
  // An older state may name what is gone by now.
  if (isChanged || isOldState(workspace)) args.push("--refresh");
  const services = servicesOf(plan).map(({ name }) => name);
  return runShown({ workspace, args, services, output: json ? process.stderr : process.stdout });
}

/** Says what to look at, and how to go on. */
async function failed(workspace: Workspace, docker: Docker, config: Config, result: PulumiResult): Promise<void> {
  const { stack } = workspace;
  if (isRefused(result))
    return say(
      `\nPulumi cannot use the state of ${stack}: ${recoverCommand(stack)} lets it begin anew, and data stays.`,
    );
  if (!result.interrupted) await explain(workspace, docker, config);
  const how = result.interrupted ? "Interrupted" : "Not everything is up";
  say(`\n${how}: npm run up goes on from here, npm run down removes what is there.`);
}

/** Brings the stack up; ends with Pulumi's exit code if that fails. */
export async function up(options: UpOptions): Promise<void> {
  const { stack, bundles, yes = false } = options;
  // Before anything is set: a wrong value must not get into the config.
  readConfig(stack, bundles === undefined ? {} : { bundles });
  const consent = consentBy(yes);
  const workspace = await openWorkspace(stack);
  await alone(workspace, () => bringUp(workspace, consent, options));
}

async function bringUp(workspace: Workspace, consent: Consent, options: UpOptions): Promise<void> {
  const { json = false } = options;
  await settleLocks(workspace, consent, say);
  const settled = await settle(workspace, options);
  const engine = await ensureEngine(settled, { yes: consent.yes, interactive: interactive() });
  const config = await pinDigests(workspace, settled, engine, consent);
  const { plan } = await prepare(config, engine);
  const docker = connect(engine.host);
  await fetchImages(config, docker, plannedImages(plan));
  const password = newPassword(config);
  await settleUnfinished(workspace, () => Promise.resolve(docker), say);
  await settleLost(workspace, docker, consent, say);
  if (options.backup !== false) await backupBeforeUp({ docker, config, workspace, plan });
  await options.before?.();
  const result = await update(workspace, docker, plan, json);
  process.exitCode = result.code;
  if (result.code !== 0) return failed(workspace, docker, config, result);
  trustState(workspace);
  await settleProcessLimits({ docker, engine: engine.name }, config, servicesOf(plan), say);
  finish(config, json);
  const shown = password();
  if (shown !== undefined) say(`\n${shown}`);
}
