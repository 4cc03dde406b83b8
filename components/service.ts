import type * as pulumi from "@pulumi/pulumi";
import * as layout from "../engines/files/layout";
import type { Engine, HostFiles, RunOptions, Running } from "../engines/engine";
import { secretsBehind, type ServiceSpec } from "../services/spec";
import { hostCommand } from "./host-command";
import type { Images } from "./images";
import type { Secrets } from "./secrets";
import { isEmptyPlan, servicePlan } from "./service-plan";

/** What every service of the stack stands on. */
export interface Foundation {
  readonly engine: Engine;
  /** Absolute path. */
  readonly dataDir: string;
  readonly dataReady: pulumi.Resource;
  readonly secrets: Secrets;
  readonly images: Images;
  /** "uid:gid" that data directories belong to, unless a service says otherwise. */
  readonly dataUser: string;
  /** Host files that one node writes for several services, by their names; others have a node of their own. */
  readonly files?: ReadonlyMap<string, HostFiles>;
}

export interface ServiceOptions {
  readonly parent: pulumi.Resource;
  /** Created before, deleted after the service. */
  readonly after?: readonly pulumi.Resource[];
  /** Further data directories, below dataDir, that the service does not mount itself. */
  readonly directories?: readonly string[];
  /** Further host files that the service mounts, such as a model. */
  readonly files?: HostFiles;
}

function hostFiles(spec: ServiceSpec, base: Foundation, { parent, directories = [] }: ServiceOptions): HostFiles {
  const shared = base.files?.get(spec.name);
  if (shared !== undefined && directories.length === 0) return shared;
  const plan = servicePlan(spec, base.dataUser, directories);
  if (isEmptyPlan(plan)) return { ready: [], generations: [] };
  const generation = layout.serviceGeneration(base.dataDir, plan);
  const stdin = { base: base.dataDir, generation, ...plan };
  const ready = hostCommand(`${spec.name}-files`, "service", stdin, { parent, dependsOn: base.dataReady });
  return { ready: [ready], generations: [generation] };
}

/**
 * One node for the host files of several services, because each node is a process, and a stack of many services would wait for theirs.
 * What replaces a service stays its own: its files, not those of the others.
 */
export function sharedFiles(
  name: string,
  specs: readonly ServiceSpec[],
  { dataDir: base, dataReady, dataUser }: Foundation,
  parent: pulumi.Resource,
): ReadonlyMap<string, HostFiles> {
  const services = specs
    .map((spec) => servicePlan(spec, dataUser))
    .filter((plan) => !isEmptyPlan(plan))
    .map((plan) => ({ generation: layout.serviceGeneration(base, plan), ...plan }));
  if (services.length === 0) return new Map();
  const ready = hostCommand(name, "services", { base, services }, { parent, dependsOn: dataReady });
  return new Map(services.map(({ service, generation }) => [service, { ready: [ready], generations: [generation] }]));
}

const joined = (all: readonly HostFiles[]): HostFiles => ({
  ready: all.flatMap(({ ready }) => ready),
  generations: all.flatMap(({ generations }) => generations),
});

/** What a container of the spec stands on: its image and all of its host files. */
function standing(spec: ServiceSpec, base: Foundation, options: ServiceOptions): RunOptions {
  const own = hostFiles(spec, base, options);
  const secrets = base.secrets.files(secretsBehind(spec));
  return {
    parent: options.parent,
    dependsOn: [...base.images.of([spec.image]), ...(options.after ?? [])],
    files: joined([own, secrets, ...(options.files === undefined ? [] : [options.files])]),
  };
}

/** Runs a spec: its image and host files first, then its container. */
export const runService = (spec: ServiceSpec, base: Foundation, options: ServiceOptions): Running =>
  base.engine.run(spec, standing(spec, base, options));

export interface OneShotOptions extends Pick<ServiceOptions, "parent"> {
  /** Created before; it is run again when one of these was replaced. */
  readonly on: readonly Running[];
}

/** Runs a spec to its end. */
export function runServiceOnce(spec: ServiceSpec, base: Foundation, { parent, on }: OneShotOptions): Running {
  const after = on.map(({ ready }) => ready);
  return base.engine.runOnce(spec, { ...standing(spec, base, { parent, after }), on });
}
