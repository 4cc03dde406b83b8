/** Specs as @pulumi/docker resources: one engine, containers on its own networks. */
import path from "node:path";
import * as docker from "@pulumi/docker";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { PROCESSES, type NetworkName, type ServiceSpec } from "../services/spec";
import {
  containerArgs,
  labelList,
  networkForm,
  resourceName,
  stackLabels,
  type EngineTraits,
  type Placement,
} from "./container-args";
import type { ProcessLimit } from "./process-limits/limit";
import type { Engine, RunOnceOptions, RunOptions, Running, SharedVolume } from "./engine";

export interface DockerSettings extends EngineTraits, Pick<Placement, "project" | "stack" | "dataDir"> {
  /** Address of the engine, as in DOCKER_HOST. */
  readonly host: string;
  /** Complete reference of an image of catalogs/images.yaml. */
  readonly imageReference: (name: string) => string;
}

const LIMIT = "node --require ./loader.js engines/process-limits/main.ts";
const RUN_ONCE = "node --require ./loader.js engines/run-once/main.ts";

export class DockerEngine implements Engine {
  /** For resources that belong to no service, such as pulled images. */
  readonly provider: docker.Provider;
  private readonly networks = new Map<NetworkName, docker.Network>();
  private readonly limits: pulumi.Input<ProcessLimit>[] = [];

  constructor(private readonly settings: DockerSettings) {
    this.provider = new docker.Provider("engine", { host: settings.host });
  }

  network(name: NetworkName, parent: pulumi.Resource): void {
    const args = {
      name: resourceName(this.settings, name),
      driver: "bridge",
      labels: labelList(stackLabels(this.settings)),
      ...networkForm(name, this.settings.engineName),
    };
    this.networks.set(name, new docker.Network(name, args, { parent, provider: this.provider }));
  }

  volume(volume: SharedVolume, parent: pulumi.Resource): pulumi.Resource {
    const args = {
      name: resourceName(this.settings, volume.name),
      driver: "local",
      // Only a name for a directory of the host: removing the volume leaves the data where it is.
      driverOpts: { type: "none", o: "bind", device: path.join(this.settings.dataDir, volume.path) },
      labels: labelList(stackLabels(this.settings)),
    };
    return new docker.Volume(volume.name, args, { parent, provider: this.provider });
  }

  run(spec: ServiceSpec, options: RunOptions): Running {
    const args = containerArgs(spec, this.placed(spec, options));
    const container = new docker.Container(
      spec.name,
      { ...args, ...this.attachments(spec) },
      {
        parent: options.parent,
        provider: this.provider,
        dependsOn: [...(options.dependsOn ?? []), ...options.files.ready],
      },
    );
    const limit = { service: spec.name, processes: spec.processes ?? PROCESSES };
    this.limits.push(container.id.apply((id) => ({ id, ...limit })));
    return { ready: container, id: container.id };
  }

  /** A command, for docker.Container has no property for it. A container that was replaced has another id, and so it runs again. */
  limitProcesses(parent: pulumi.Resource): void {
    const { host, engineName } = this.settings;
    // Without a word about Docker, so that its stacks have the same input as ever.
    const engine = engineName === "podman" ? { engine: engineName } : {};
    const stdin = pulumi.jsonStringify({ host, limits: this.limits, ...engine });
    new command.local.Command("process-limits-set", { create: LIMIT, update: LIMIT, stdin }, { parent });
  }

  /**
   * A command, not a docker.Container: that one counts as made whatever its exit code was, and would not be run again. A
   * command that failed is not in the state, so the next update repeats it; one that succeeded repeats when its input changes.
   */
  runOnce(spec: ServiceSpec, options: RunOnceOptions): Running {
    const args = containerArgs(spec, this.placed(spec, options));
    const stdin = pulumi.jsonStringify({
      host: this.settings.host,
      seconds: spec.startSeconds,
      args,
      // In the text, so that it differs when one of them was replaced.
      on: options.on.map(({ id }) => id),
    });
    const networks = spec.networks.map((name) => this.joined(name));
    const dependsOn = [...networks, ...(options.dependsOn ?? []), ...options.files.ready];
    const done = new command.local.Command(
      `${spec.name}-run`,
      { create: RUN_ONCE, update: RUN_ONCE, stdin },
      { parent: options.parent, dependsOn },
    );
    return { ready: done, id: done.id };
  }

  private placed(spec: ServiceSpec, { files }: RunOptions): Placement {
    const image = this.settings.imageReference(spec.image);
    return { ...this.settings, image, generations: files.generations };
  }

  /** The networks as outputs rather than names: a network that is replaced replaces what is on it. */
  private attachments(spec: ServiceSpec): Pick<docker.ContainerArgs, "networksAdvanced"> {
    return { networksAdvanced: spec.networks.map((name) => ({ name: this.joined(name).name, aliases: [spec.name] })) };
  }

  private joined(name: NetworkName): docker.Network {
    const network = this.networks.get(name);
    if (network === undefined)
      throw new Error(`network ${name} is used before index.ts declares it; call engine.network("${name}") first`);
    return network;
  }
}
