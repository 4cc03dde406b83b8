/** What the tests of the docker stand-in share: the plugin, names of their own, and removal of all that they made. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { PluginOptions } from "../../../toolchain/plugin/server";
import type { Engine } from "../../../toolchain/provider-docker/engine/connect";
import { dockerPlugin } from "../../../toolchain/provider-docker/plugin";
import { busyboxImage } from "../../support/busybox-image";
import { ResourceUnderTest } from "../../support/provider";

export const CONTAINER = "docker:index/container:Container";
export const NETWORK = "docker:index/network:Network";
export const VOLUME = "docker:index/volume:Volume";
export const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";

/** The machine's engine, for a look past the plugin. */
export const docker = new Docker();

/** Prefix of every name of this test file, so that runs beside it are not touched. */
const PREFIX = `mcp-stack-test-${randomBytes(4).toString("hex")}`;

/** Label of what is built: the classic builder leaves images without a name. */
export const TEST_LABEL = `mcp-stack.test=${PREFIX}`;

let counter = 0;

/** A name that nobody else uses. */
export const uniqueName = (): string => `${PREFIX}-${++counter}`;

const images: string[] = [];

/** A name for an image, `NAME:1`. */
export function uniqueImage(): string {
  const name = `${uniqueName()}:1`;
  images.push(name);
  return name;
}

/** The image that containers run, and a plugin that is connected to the machine's engine. */
export interface World {
  readonly image: string;
  readonly plugin: PluginOptions;
  /** A resource with a unique name of its own, removed after the test whatever happens. */
  resource(type: string): ResourceUnderTest;
  /** Inputs of a container that sleeps; `more` adds to them or replaces them. */
  sleeper(more?: PropertyMap): PropertyMap;
}

/** Prepares one test file: call it at its top, use the answer inside tests. */
export function world(changes: Partial<Engine> = {}): World {
  // Other tests may keep the machine busy; nothing here waits for that long by itself.
  jest.setTimeout(120_000);
  const plugin = dockerPlugin(changes);
  const state = { image: "" };
  beforeAll(async () => {
    state.image = await busyboxImage(docker);
    await plugin.configure?.({});
  });
  afterEach(removeAll);
  return {
    plugin,
    get image() {
      return state.image;
    },
    resource: (type) => new ResourceUnderTest(plugin, type, uniqueName()),
    // Without a grace time it is killed at once; nothing in it listens to a polite signal.
    sleeper: (more) => ({ image: state.image, command: ["sleep", "3600"], ...more }),
  };
}

/** Id of an image that the engine has. */
export const idOf = async (name: string): Promise<string | undefined> =>
  docker
    .getImage(name)
    .inspect()
    .then(({ Id }) => Id)
    .catch(() => undefined);

const isOurs = (name: string | undefined): boolean => name?.replace(/^\//, "").startsWith(PREFIX) ?? false;

/** One with `rm` may be about to go by itself. */
function unlessItIsGoing(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error as Error;
}

/** Removes by name what the tests made; automatic names begin with the resource's, which is unique as well. */
async function removeAll(): Promise<void> {
  const containers = (await docker.listContainers({ all: true })).filter(({ Names }) => Names.some(isOurs));
  await Promise.all(
    containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessItIsGoing)),
  );
  const networks = (await docker.listNetworks()).filter(({ Name }) => isOurs(Name));
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()));
  const { Volumes } = await docker.listVolumes();
  await Promise.all(Volumes.filter(({ Name }) => isOurs(Name)).map(({ Name }) => docker.getVolume(Name).remove()));
  for (const name of images.splice(0)) await removeImage(name);
}

/** Removes a name of an image, if the engine has it. */
export async function removeImage(name: string): Promise<void> {
  await docker.getImage(name).remove({ force: true }).catch(unlessItIsGoing);
}

/** Removes what builds left without a name. Engines refuse while somebody else prunes or removes images: then again. */
export async function pruneBuilt(tries = 20): Promise<void> {
  const filters = { dangling: ["true"], label: [TEST_LABEL] };
  await docker.pruneImages({ filters }).catch(async (error: Error) => {
    if (tries <= 1) throw error;
    await sleep(1000);
    await pruneBuilt(tries - 1);
  });
}
