/** What services stand on, for tests of components: an engine with its networks, images by digest, and the secrets. */
import { dataDirectory } from "../../components/data-directory";
import { Images } from "../../components/images";
import { Networks } from "../../components/networks";
import { Secrets } from "../../components/secrets";
import type { Foundation } from "../../components/service";
import { containerArgs } from "../../engines/container-args";
import { DockerEngine } from "../../engines/docker";
import type { Running } from "../../engines/engine";
import { NO_SECRETS } from "../../engines/files/user-secrets";
import type { ServiceSpec } from "../../services/spec";
import { spec } from "./spec";
import { up, type Registered, type Up } from "./up";

/** It does not exist, so every file has to be made. */
export const DATA_DIR = "/nowhere/data";
const PLACE = {
  project: "mcp-gateway-stack",
  stack: "dev",
  dataDir: DATA_DIR,
  engineSocket: "/run/engine.sock",
};
const IMAGES = ["traefik", "mcp-router", "mcp-gateway", "mcp-nixos", "mcp-time", "web"];

export const imageReference = (name: string): string => `example.org/${name}@sha256:0123`;

export interface Base {
  readonly foundation: Foundation;
  /** Runs a service that is nothing but an upstream of the one under test. */
  readonly behind: Running;
}

function base(): Base {
  const engine = new DockerEngine({ ...PLACE, host: "unix:///run/engine.sock", startInterval: false, imageReference });
  const wanted = IMAGES.map((name) => ({ name, reference: imageReference(name) }));
  const images = new Images("images", {
    source: "pull",
    wanted,
    provider: engine.provider,
    host: "unix:///run/engine.sock",
  });
  const owner = { project: PLACE.project, stack: PLACE.stack, engine: "engine-id" };
  const dataReady = dataDirectory(DATA_DIR, owner);
  const generated = [{ name: "gateway-token", bytes: 32, files: {} }];
  const copied = [
    { name: "gateway-env", file: ".env", source: { file: "/nowhere/.env", config: NO_SECRETS }, names: [] },
  ];
  const secrets = new Secrets("secrets", { dataDir: DATA_DIR, after: dataReady, generated, copied });
  const networks = new Networks("networks", { engine, names: ["edge", "edge-outside", "mcp", "mcp-outside"] });
  const foundation = { engine, images, secrets, dataDir: DATA_DIR, dataReady, dataUser: "1000:1000" };
  const behind = engine.run(spec({ name: "behind" }), { parent: networks, files: { ready: [], generations: [] } });
  return { foundation, behind };
}

export interface Upon<T> extends Up<T> {
  /** What the base is of itself. */
  readonly base: readonly Registered[];
}

/** Runs a program upon a base; `resources` are only those that the program adds. */
export async function upon<T>(program: (base: Base) => T): Promise<Upon<T>> {
  const own = new Set((await up(base)).resources.map(({ name, type }) => `${type} ${name}`));
  const { resources, value } = await up(() => program(base()));
  const ofBase = ({ name, type }: Registered): boolean => own.has(`${type} ${name}`);
  return { value, resources: resources.filter((one) => !ofBase(one)), base: resources.filter(ofBase) };
}

/** What a command node gets on standard input. @throws Error when there is no such node. */
export function stdinOf(resources: readonly Registered[], name: string): Record<string, unknown> {
  const stdin = resources.find((resource) => resource.name === name)?.inputs["stdin"];
  if (typeof stdin !== "string") throw new Error(`no resource ${name} gets anything on standard input`);
  return JSON.parse(stdin) as Record<string, unknown>;
}

/** A command node that writes host files; see `stdinOf` for the plan. */
export const hostCommandInputs = (action: string): object => {
  const run = `node --require ./loader.js engines/files/host-files.ts ${action}`;
  return { create: run, update: run, stdin: expect.any(String) as string };
};

/** What a node makes: all of it, or one secret among those of a node (NODE/SECRET). */
function generationOf(all: readonly Registered[], place: string): string {
  const [node = "", secret] = place.split("/");
  const { generation, generated = [], copied = [] } = stdinOf(all, node) as Record<string, { name: string }[]>;
  const made = secret === undefined ? { generation } : [...generated, ...copied].find(({ name }) => name === secret);
  return String((made as { generation?: unknown } | undefined)?.generation);
}

/** The inputs of a service's container whose host files these nodes make. */
export const containerInputs = (service: ServiceSpec, all: readonly Registered[], ...nodes: string[]): object =>
  generationInputs(service, ...nodes.map((node) => generationOf(all, node)));

/** The inputs of a service's container whose host files are of these generations. */
export function generationInputs(service: ServiceSpec, ...generations: string[]): object {
  return containerArgs(service, { ...PLACE, image: imageReference(service.image), generations });
}
