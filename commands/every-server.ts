/** Which servers of the catalog can run here, found out by planning each of them alone. */
import path from "node:path";
import { parse as parseYaml } from "yaml";
import type { Config } from "../config";
import { readText } from "../engines/files/layout";
import { PROJECT_ROOT } from "../engines/project-root";
import { SOURCE_FILES } from "../services/catalog/model";
import { planStack } from "../stack";

export interface Choice {
  readonly servers: readonly string[];
  readonly left: readonly { readonly server: string; readonly why: string }[];
}

/** Names in registry/all.yaml; none while it cannot be read, which the plan will tell. */
function catalogNames(root: string): string[] {
  try {
    const file = parseYaml(readText(path.join(root, SOURCE_FILES.registry)) ?? "") as { registry?: object } | null;
    return Object.keys(file?.registry ?? {});
  } catch {
    return [];
  }
}

/** What can run, and why the rest cannot. Faults that every server has are not its own: `up` tells them. */
export function everyServer(config: Config, root = PROJECT_ROOT): Choice {
  const plans = catalogNames(root).map((server) => ({
    server,
    faults: planStack({ ...config, servers: [server], bundles: [] }, root).faults,
  }));
  const [first] = plans;
  const common = (first?.faults ?? []).filter((fault) => plans.every(({ faults }) => faults.includes(fault)));
  const own = plans.map(({ server, faults }) => ({
    server,
    faults: faults.filter((fault) => !common.includes(fault)),
  }));
  return {
    servers: own.flatMap(({ server, faults }) => (faults.length === 0 ? [server] : [])),
    left: own.flatMap(({ server, faults }) => (faults.length === 0 ? [] : [{ server, why: faults.join("; ") }])),
  };
}
