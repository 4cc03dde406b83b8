/**
 * A second Docker engine beside the machine's own, for tests that stop an engine, or fill its disk. It lives in namespaces
 * of its own, so that the two share neither network, firewall rules, mounts, nor what is below /etc/docker and /run/docker.
 *
 * - Its socket is a file like any other: the host and containers can use it.
 * - Ports that it publishes are not on the host's 127.0.0.1. The host reaches those published on 0.0.0.0 at `address`
 *   (10.78.N.2; containers reach the host at 10.78.N.1). For ports published on 127.0.0.1, and for programs that expect them
 *   there, put `inNetwork` before a command: `[...inNetwork, "curl", "http://127.0.0.1:8811"]`.
 * - Nothing in its network reaches further than the host.
 * - The kernel ends everything when the test's process ends. Then only a temporary directory and empty control groups stay.
 *
 * Needs root, Linux, dockerd, iproute2 and util-linux.
 */
import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import type Docker from "dockerode";
import { connect, failureOf, type EngineFailure } from "../../engines/images/engine";
import { removeGroups } from "./second-engine/cgroups";
import { makeLayout, mounts, startDaemon, type Layout } from "./second-engine/daemon";
import { createNamespace, type Namespace } from "./second-engine/namespace";
import { killAndWait } from "./second-engine/process";

export interface SecondEngineOptions {
  /** Size of the disk for images, containers and volumes, in MiB; it is in memory. @default the disk of temporary files */
  readonly diskMiB?: number;
}

export interface SecondEngine {
  /** Path of its socket. */
  readonly socket: string;
  /** The same as in DOCKER_HOST. */
  readonly host: string;
  readonly docker: Docker;
  /** IPv4 address at which the host reaches its published ports. */
  readonly address: string;
  /** Prefix of a command that runs in its network. */
  readonly inNetwork: readonly string[];
  /** Copies an image of the machine's own engine into it. */
  copyImage(reference: string): Promise<void>;
  /** Kills it and all its containers at once, as a power failure does. Images, containers and volumes stay on its disk. */
  kill(): Promise<void>;
  /** Starts it again after `kill`; kills it first if it runs. */
  restart(): Promise<void>;
  /** Ends it and removes all that it has. Harmless when repeated. */
  stop(): Promise<void>;
}

async function cleanUp(layout: Layout, namespace: Namespace | undefined): Promise<void> {
  await namespace?.remove();
  removeGroups(layout.group);
  rmSync(layout.directory, { recursive: true, force: true });
}

/** Copies an image from one engine to another. */
export async function copyImage(from: Docker, to: Docker, reference: string): Promise<void> {
  const loading = await to.loadImage(await from.getImage(reference).get());
  const messages = await new Promise<EngineFailure[]>((resolve, reject) => {
    to.modem.followProgress(loading, (error, output) => (error ? reject(error) : resolve(output)));
  });
  const failure = messages.map(failureOf).find((text) => text !== undefined);
  if (failure !== undefined) throw new Error(`the other engine cannot load ${reference}: ${failure}`);
}

class NamespacedEngine implements SecondEngine {
  readonly socket: string;
  readonly host: string;
  readonly docker: Docker;
  readonly address: string;
  readonly inNetwork: readonly string[];

  constructor(
    private readonly layout: Layout,
    private readonly namespace: Namespace,
    private daemon: ChildProcess,
  ) {
    this.socket = layout.socket;
    this.host = `unix://${layout.socket}`;
    this.docker = connect(layout.socket);
    this.address = namespace.address;
    this.inNetwork = namespace.inNetwork;
  }

  copyImage(reference: string): Promise<void> {
    return copyImage(connect(), this.docker, reference);
  }

  kill(): Promise<void> {
    return killAndWait(this.daemon);
  }

  async restart(): Promise<void> {
    await this.kill();
    this.daemon = await startDaemon(this.layout, this.namespace);
  }

  async stop(): Promise<void> {
    await this.kill();
    await cleanUp(this.layout, this.namespace);
  }
}

/** Starts an engine; the caller stops it in the end. */
export async function startSecondEngine(options: SecondEngineOptions = {}): Promise<SecondEngine> {
  const layout = makeLayout();
  let namespace: Namespace | undefined;
  try {
    namespace = await createNamespace(mounts(layout, options.diskMiB));
    return new NamespacedEngine(layout, namespace, await startDaemon(layout, namespace));
  } catch (error) {
    await cleanUp(layout, namespace);
    throw error;
  }
}
