/** What an engine can do for the program. engines/docker.ts is the first of them; a swarm is to be the second. */
import type * as pulumi from "@pulumi/pulumi";
import type { NetworkName, ServiceSpec } from "../services/spec";

/** Host files that a service mounts: what makes them, and the words that change when they were made again. */
export interface HostFiles {
  readonly ready: readonly pulumi.Resource[];
  readonly generations: readonly string[];
}

export interface RunOptions {
  readonly parent: pulumi.Resource;
  /** Created before, deleted after. */
  readonly dependsOn?: readonly pulumi.Resource[];
  readonly files: HostFiles;
}

export interface RunOnceOptions extends RunOptions {
  /** What it works on: it is run again when one of these was replaced. */
  readonly on: readonly Running[];
}

/** A service that is started once `ready` is created, and healthy if it has a check. */
export interface Running {
  readonly ready: pulumi.Resource;
  /** Changes whenever the service was replaced. */
  readonly id: pulumi.Output<string>;
}

/** A data directory as a named volume, for containers that other containers start. */
export interface SharedVolume {
  /** Last part of the volume's name. */
  readonly name: string;
  /** Directory below dataDir. */
  readonly path: string;
}

export interface Engine {
  network(name: NetworkName, parent: pulumi.Resource): void;
  volume(volume: SharedVolume, parent: pulumi.Resource): pulumi.Resource;
  run(spec: ServiceSpec, options: RunOptions): Running;
  /** Limits the processes of all services that it was told to run; call it when there are no more. */
  limitProcesses(parent: pulumi.Resource): void;
  /** Runs a spec that runs once; `ready` is created when it has ended well, and `id` changes whenever it was run again. */
  runOnce(spec: ServiceSpec, options: RunOnceOptions): Running;
}
