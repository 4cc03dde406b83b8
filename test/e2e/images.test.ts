/** Builds every image that can be built, looks into each and starts the servers. Needs an engine, Debian or Ubuntu, root and Go. */
import { spawnSync } from "node:child_process";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import Docker from "dockerode";
import tar from "tar-stream";
import { builtReference } from "../../engines/images/build";
import { buildImage, connect } from "../../engines/images/engine";
import { readLock } from "../../engines/images/lock";
import { PROJECT_ROOT } from "../../engines/project-root";
import { Step } from "../../engines/images/progress";
import { eventually } from "../support/eventually";
import { certificates, imageFiles, type ImageFile } from "../support/image-files";

// Cold, on two cores: Go programs 8 minutes, Open WebUI and LiteLLM 7, everything else 8.
jest.setTimeout(30 * 60_000);

const lock = readLock();
const names = Object.keys(lock).filter((name) => lock[name]?.build);
/** What containers are made of; python-build and node-build never are. */
const final = names.filter((name) => !name.endsWith("-build"));
/** The published ones start as root as well: for the engine's socket, to take over a data directory, for a storage of root's. */
const rootful = ["mcp-gateway", "dify-postgres", "dify-plugin-daemon"];
const docker: Docker = connect();
const reference = (name: string): string => builtReference(lock, name);

const images = (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ["--require", "sucrase/register/ts", "commands/images.ts", ...args], {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });

beforeAll(() => {
  const { status, stderr } = images(["ensure"]);
  if (status !== 0) throw new Error(`images ensure ended with code ${status}:\n${stderr}`);
});

describe("images ensure", () => {
  it("has nothing to build the second time", () => {
    expect(images(["ensure"])).toMatchObject({
      status: 0,
      stdout: "",
      stderr: `nothing to build: ${names.length} images are present\n`,
    });
  });

  it("reads no lock when who asks knows the references and all are there, and does when one is not", () => {
    const ensure = (...tags: string[]) => images(["ensure", "mcp-time", "no-image"], { TAGS: tags.join(" ") });
    expect(ensure(reference("mcp-time"), reference("node"))).toMatchObject({
      status: 0,
      stderr: "nothing to build: 2 images are present\n",
    });
    const { status, stderr } = ensure(reference("mcp-time"), "mcp-gateway-stack/node:missing");
    expect([status, stderr]).toEqual([1, expect.stringContaining("no-image")]);
  });

  it("lists every image as present", () => {
    const rows = JSON.parse(images(["list", "--json"]).stdout) as { name: string; present: boolean | null }[];
    expect(rows.map((row) => row.name)).toEqual(Object.keys(lock));
    expect(rows.filter((row) => row.present).map((row) => row.name)).toEqual(names);
  });

  it("leaves no build stage behind: they hold the host's client configuration", async () => {
    const stages = { filters: { label: ["mcp-stack.build-stage"] } };
    // Another test may be building at this moment.
    await eventually(async () => expect(await docker.listImages(stages)).toEqual([]), 300);
  });

  it.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
    ["an unknown name", ["nothing"], {}, /^image "nothing" is not in catalogs\/images\.yaml; choose from base, /],
    [
      "an image that is only pulled",
      ["duckduckgo"],
      {},
      /^image "duckduckgo" is only pulled, there is no build of it; choose from /,
    ],
    [
      "no engine",
      ["base"],
      { DOCKER_HOST: "unix:///nonexistent.sock" },
      /^no container engine answers at unix:\/\/\/nonexistent\.sock: connect ENOENT/,
    ],
  ])("refuses %s", (_, args, env, message) => {
    const { status, stderr } = images(["ensure", ...args], env);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
});

it("shows the last lines of a step that fails", async () => {
  const pack = tar.pack();
  pack.entry({ name: "Dockerfile" }, `FROM ${reference("base")}\nRUN echo before && false\n`);
  pack.finalize();
  const step = new Step("test", "building", { write: () => undefined });
  const options = { reference: "mcp-gateway-stack/test-of-failure:1", buildArguments: {}, labels: {} };
  await expect(buildImage(docker, step, pack as unknown as NodeJS.ReadableStream, options)).rejects.toThrow(
    /returned a non-zero code: 1; last lines:\n[\s\S]*before/,
  );
  step.end("failed");
});

describe.each(final)("%s", (name) => {
  let files: ImageFile[];
  let debian: Set<string>;
  let config: Docker.ImageInspectInfo["Config"];

  beforeAll(async () => {
    files = await imageFiles(docker, reference(name));
    config = (await docker.getImage(reference(name)).inspect()).Config;
    const package_ = (await imageFiles(docker, reference("mcp-gateway"))).filter((file) =>
      file.path.startsWith("usr/share/ca-certificates/"),
    );
    debian = new Set(package_.flatMap((file) => certificates(file.content ?? "")));
    expect(debian.size).toBeGreaterThan(50);
  });

  it("starts what the lock says, and not as root unless it must", () => {
    expect(config.Entrypoint ?? null).toEqual(lock[name]?.build?.entrypoint);
    const runs = lock[name]?.build?.entrypoint !== null;
    if (runs && !rootful.includes(name)) expect(config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    else expect(config.User ?? "").toBe("");
    expect(config.Labels).toMatchObject({ "mcp-stack.image": name });
  });

  it("says of itself whether it stands in for another program, as the lock does", () => {
    const { purpose = "", build } = lock[name] ?? {};
    const standIn = /STAND-IN/.test(purpose);
    expect(config.Labels?.["mcp-stack.stand-in"]).toBe(standIn ? "true" : undefined);
    const said = build?.differences.some((difference) => difference.startsWith("STAND-IN, not ")) ?? false;
    expect(said).toBe(standIn && lock[name]?.pull !== null);
  });

  it("holds no build tool and no package cache", () => {
    const forbidden =
      /^(build\/|\.build\/|usr\/bin\/(pip|npm|npx|gcc|go|uv)[\d.]*$|opt\/server\/bin\/pip|root\/\.|tmp\/.|var\/lib\/apt\/lists\/.*_|var\/cache\/apt\/.*\.(deb|bin)$|.*\/node_modules\/\.package-lock\.json$)/;
    expect(
      files.map((file) => file.path).filter((path) => forbidden.test(path) && !/^root\/\.(bashrc|profile)$/.test(path)),
    ).toEqual([]);
    expect(files.length).toBeGreaterThan(1);
  });

  it("trusts Debian's certificate authorities at most, and knows nothing of the host's registries", async () => {
    // These packages bring Mozilla's own list, as it comes from the package index with its hash checked.
    const mozilla = /\/site-packages\/(certifi\/cacert|botocore\/cacert|grpc\/_cython\/_credentials\/roots)\.pem$/;
    const own = files.filter((file) => !mozilla.test(file.path));
    const strange = own.filter((file) =>
      certificates(file.content ?? "").some((certificate) => !debian.has(certificate)),
    );
    expect(strange.map((file) => file.path)).toEqual([]);
    expect((config.Env ?? []).filter((entry) => /CERT|PROXY|INDEX|REGISTRY/i.test(entry))).toEqual([]);
    const history = (await docker.getImage(reference(name)).history()) as { CreatedBy: string }[];
    expect(history.filter((layer) => /ca\.crt|_proxy=|env\.sh/i.test(layer.CreatedBy))).toEqual([]);
  });
});

describe("servers answer over stdio with a read-only root, without network, as another user than root", () => {
  it.each([
    ["time", [], [], "get_current_time"],
    ["fetch", [], [], "fetch"],
    ["memory", ["-e", "MEMORY_FILE_PATH=/data/memory.json", "--tmpfs", "/data:uid=1000"], [], "create_entities"],
    ["sequentialthinking", [], [], "sequentialthinking"],
    ["filesystem", ["--tmpfs", "/workspace:uid=1000"], ["/workspace"], "list_directory"],
    ["git", [], [], "git_status"],
    ["everything", [], [], "echo"],
    ["nixos", [], [], "nix"],
  ])("%s", async (server, options, args, tool) => {
    const hardening = ["--read-only", "--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
    const command = [
      "run",
      "--rm",
      "-i",
      "--init",
      "--label",
      "mcp-stack.test=images",
      ...hardening,
      ...options,
      reference(`mcp-${server}`),
      ...args,
    ];
    const client = new Client({ name: "images-test", version: "1" });
    await client.connect(new StdioClientTransport({ command: "docker", args: command }));
    const { tools } = await client.listTools();
    await client.close();
    expect(tools.map((each) => each.name)).toContain(tool);
  });
});
