/** Builds an image from a directory, with the engine's classic builder. */
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import dockerIgnore from "@balena/dockerignore";
import tar from "tar-fs";
import type { Engine } from "../engine/connect";
import { daemonText } from "../engine/errors";
import { followMessages } from "./messages";
import type { Progress } from "./pull";

/** The `build` block, checked. */
export interface BuildInputs {
  readonly context: string;
  readonly dockerfile: string;
  readonly tags?: readonly string[];
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly label?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly authConfigs?: readonly {
    readonly hostName: string;
    readonly userName?: string;
    readonly password?: string;
    readonly auth?: string;
    readonly identityToken?: string;
    readonly registryToken?: string;
  }[];
  readonly ulimits?: readonly { readonly name: string; readonly hard: number; readonly soft: number }[];
  readonly [option: string]: unknown;
}

/** Options that the engine takes as they are, by its names. */
const SAME_FOR_THE_ENGINE = {
  target: "target",
  platform: "platform",
  noCache: "nocache",
  pullParent: "pull",
  remove: "rm",
  forceRemove: "forcerm",
  networkMode: "networkmode",
  extraHosts: "extrahosts",
  memory: "memory",
  memorySwap: "memswap",
  cpuShares: "cpushares",
  cpuPeriod: "cpuperiod",
  cpuQuota: "cpuquota",
  cpuSetCpus: "cpusetcpus",
  cpuSetMems: "cpusetmems",
  cgroupParent: "cgroupparent",
  shmSize: "shmsize",
  isolation: "isolation",
  securityOpts: "securityopt",
  squash: "squash",
  suppressOutput: "q",
} as const;

/** Output of a failed build that is shown. */
const SHOWN_LINES = 15;

/** Builds and tags the image; each line of the builder is shown while it runs. @throws Error with the last lines */
export async function buildImage(engine: Engine, name: string, build: BuildInputs, progress: Progress): Promise<void> {
  const { log, signal } = progress;
  const lines: string[] = [];
  try {
    const options = { ...buildOptions(name, build), abortSignal: signal };
    const stream = await engine.docker.buildImage(packContext(build), options);
    await followMessages(stream, ({ stream: text = "", status = "" }) => {
      for (const line of (text || status).split("\n").filter((part) => part.trim() !== "")) {
        lines.push(line);
        log("info", line, { status: true });
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    const output = lines.slice(-SHOWN_LINES).join("\n");
    throw new Error(
      `Error running build of ${name} in ${build.context}: ${daemonText(error, engine.host)}\n\n${output}`,
      { cause: error },
    );
  }
}

function buildOptions(name: string, build: BuildInputs): Record<string, unknown> {
  const same = Object.entries(SAME_FOR_THE_ENGINE)
    .filter(([property]) => build[property] !== undefined)
    .map(([property, option]) => [option, build[property]]);
  const registries = (build.authConfigs ?? []).map(({ hostName, userName, ...rest }) => [
    hostName,
    { ...rest, username: userName },
  ]);
  return {
    // A failed step must leave no container behind, as it does not with the official plugin's builder.
    forcerm: true,
    ...Object.fromEntries(same),
    t: [name, ...(build.tags ?? [])],
    dockerfile: dockerfileOf(build),
    buildargs: build.buildArgs ?? {},
    labels: { ...build.label, ...build.labels },
    ...(build["cacheFroms"] ? { cachefrom: build["cacheFroms"] } : {}),
    ...(build.ulimits
      ? {
          ulimits: JSON.stringify(
            build.ulimits.map(({ name: Name, hard: Hard, soft: Soft }) => ({ Name, Hard, Soft })),
          ),
        }
      : {}),
    ...(registries.length > 0 ? { registryconfig: Object.fromEntries(registries) } : {}),
    version: "1",
  };
}

/** The Dockerfile's path inside the context, as the builder wants it. */
function dockerfileOf({ context, dockerfile }: BuildInputs): string {
  const file = path.resolve(context, dockerfile);
  if (!fs.existsSync(file)) throw new Error(`dockerfile not found at path: ${file}`);
  const inside = path.relative(path.resolve(context), file);
  if (inside.startsWith(".."))
    throw new Error(`the Dockerfile ${file} is outside of its context ${context}; move it inside`);
  return inside.split(path.sep).join("/");
}

/** The directory as a compressed tar, without what .dockerignore names; files belong to root. */
function packContext({ context, dockerfile }: BuildInputs): NodeJS.ReadableStream {
  const root = path.resolve(context);
  const ignoreFile = path.join(root, ".dockerignore");
  const text = fs.existsSync(ignoreFile) ? fs.readFileSync(ignoreFile, "utf8") : "";
  const rules = dockerIgnore({ ignorecase: false }).add(text);
  const hasExceptions = /^!/m.test(text);
  // The builder itself needs these two, whatever the rules say.
  const needed = [path.relative(root, path.resolve(root, dockerfile)), ".dockerignore"];
  const ignore = (file: string): boolean => {
    const relative = path.relative(root, file);
    if (relative === "" || needed.includes(relative) || !rules.ignores(relative)) return false;
    // An exception may bring back what is inside.
    return !(hasExceptions && fs.lstatSync(file).isDirectory());
  };
  const pack = tar.pack(root, { ignore, map: (header) => ({ ...header, uid: 0, gid: 0 }) });
  return pack.pipe(zlib.createGzip());
}
