/** `npm run mcp-down`: as `down`; with --purge data and images go too. */
import { connect } from "../engines/images/engine";
import { findEngine } from "../prepare";
import { plannedImages, planStack } from "../stack";
import { askText, interactive, say } from "./ask";
import { down } from "./down";
import { deleteData, deleteImages, purgeFault, purgeSummary } from "./purge";
import { readConfig } from "./stack-config";

export interface DownOptions {
  readonly stack: string;
  readonly purge?: boolean;
  /** Name of the stack, in place of the answer. */
  readonly confirm?: string;
  /** False: images stay. */
  readonly images: boolean;
}

/** @throws Error unless the stack was named */
async function confirmed(stack: string, given: string | undefined, summary: string): Promise<void> {
  say(summary);
  if (given === undefined && !interactive()) {
    throw new Error(`Nothing was changed: nobody can be asked here; if you mean it: --purge --confirm ${stack}`);
  }
  const answer = given ?? (await askText(`Type the name of the stack to go on (${stack}):`));
  if (answer !== stack) throw new Error(`Nothing was changed: "${answer}" is not ${stack}`);
}

async function purge({ stack, confirm, images: withImages }: DownOptions): Promise<void> {
  const config = readConfig(stack);
  const fault = purgeFault(config);
  if (fault !== undefined) throw new Error(`Nothing was changed: ${fault}`);
  const docker = connect((await findEngine(config)).host);
  const { plan, faults } = planStack(config);
  if (plan === undefined)
    throw new Error(`Nothing was changed, because the config has faults:\n  ${faults.join("\n  ")}`);
  const references = plannedImages(plan).map(({ reference }) => reference);
  const images = withImages ? references : [];
  await confirmed(stack, confirm, purgeSummary(config, images));
  await down({ stack });
  if (process.exitCode) return say("data and images were kept, because the stack is not down");
  await deleteData(docker, config.dataDir, plan.reference(plan.core.gateway.image));
  const { deleted, kept } = await deleteImages(docker, images);
  say(`deleted: ${[config.dataDir, ...deleted].join(", ")}`);
  if (kept.length > 0) say(`kept, because a container uses them: ${kept.join(", ")}`);
}

/** Ends with pulumi's own exit code. */
export const mcpDown = (options: DownOptions): Promise<void> =>
  options.purge ? purge(options) : down({ stack: options.stack });
