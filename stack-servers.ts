/** Catalog servers that the stack runs itself, in gatewayMode static. */
import { SERVICES, type Config } from "./config";
import { isServerOverride } from "./config-keys-overrides";
import type { ImageLock } from "./engines/images/lock";
import { SERVER } from "./engines/of-stack";
import { BRIDGE, bridgeService } from "./services/catalog/bridge";
import type { GatewayCatalog } from "./services/catalog/gateway-catalog";
import { serverServices, type ImageStart } from "./services/catalog/server-service";
import { withOverride } from "./services/overrides";
import type { ServiceSpec } from "./services/spec";

export interface ServersPlan {
  /** Brings the programs that they are reached by; runs once. */
  readonly bridge: ServiceSpec;
  readonly specs: readonly ServiceSpec[];
}

/** How an image of the lock starts, in the form that this stack has it. */
function imageStart(lock: ImageLock, { imageSource }: Config, name: string): ImageStart {
  const { entrypoint = null, command = [] } = lock[name]?.[imageSource] ?? {};
  return { entrypoint, command };
}

const DYNAMIC_WITHOUT_SOCKET =
  'gatewayDynamicTools: "true" has the gateway start servers, for which it needs the engine\'s socket; pulumi config set gatewayMode socket, or gatewayDynamicTools false';

/** Overrides of catalog servers that the stack does not run. `specs` are those that it runs; undefined: not known. */
function strayOverrides({ overrides, gatewayMode }: Config, specs: readonly ServiceSpec[] | undefined): string[] {
  const stray = Object.keys(overrides).filter(
    (name) => isServerOverride(name) && specs !== undefined && !specs.some((spec) => spec.name === name),
  );
  return stray.map(
    (name) =>
      `overrides.${name}: is of no catalog server that the stack runs with gatewayMode ${gatewayMode}; remove it: pulumi config rm --path overrides.${name}`,
  );
}

/** What they are planned from. */
export interface ServerSources {
  readonly lock: ImageLock;
  readonly catalog: Pick<GatewayCatalog, "servers">;
  /** Directory below dataDir of each volume that the catalog names. */
  readonly dataVolumes: Readonly<Record<string, string>>;
  /** "uid:gid" of data directories. */
  readonly dataUser: string;
}

/** The catalog's servers of a config that has the stack run them. */
export function planServers(config: Config, { lock, catalog: { servers }, dataVolumes, dataUser }: ServerSources) {
  if (config.gatewayMode === "socket") return { plan: undefined, faults: strayOverrides(config, []) };
  const start = (name: string): ImageStart => imageStart(lock, config, name);
  const settings = { dataVolumes, start };
  // The second: what the gateway starts with its socket goes by that name.
  const { specs, faults } = serverServices(servers, settings, [...SERVICES, SERVER, BRIDGE.path]);
  const dynamic = config.gatewayDynamicTools ? [DYNAMIC_WITHOUT_SOCKET] : [];
  const changed = specs.map((spec) => withOverride(spec, config.overrides[spec.name]));
  const stray = strayOverrides(config, faults.length > 0 ? undefined : specs);
  return { plan: { bridge: bridgeService(dataUser), specs: changed }, faults: [...dynamic, ...stray, ...faults] };
}
