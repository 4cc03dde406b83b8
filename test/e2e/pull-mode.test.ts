/** Pull mode against a real registry: the images that are built here, pushed under the names that the lock pulls. */
import { readConfig } from "../../commands/stack-config";
import { builtReference, CACHE, ensureImages } from "../../engines/images/build";
import { connect, hasImage } from "../../engines/images/engine";
import { readLock, referenceParts } from "../../engines/images/lock";
import { mirrored } from "../../engines/images/reference";
import { withSession } from "../support/mcp-client";
import { startRegistry, type TestRegistry } from "../support/registry";
import { forgetImages, imageWithNewLayer } from "../support/own-images";
import { planStack } from "../../stack";
import { configOf } from "../support/config";
import { createStack, type TestStack } from "../support/stack";
import { unwell } from "../support/unwell";

jest.setTimeout(300_000);

const lock = readLock();
const docker = connect();
/** Everything that is pulled and can be built, and so pushed. */
const NAMES = (planStack(configOf({ imageSource: "build" })).plan?.images ?? []).map(({ name }) => name);
/** The image whose digest nobody knows beforehand. */
const UNKNOWN = "mcp-nixos";
/** The image that no engine has seen before: of the others this one has all layers, and perhaps their manifests. */
const NEW = "mcp-time";
const SERVICES = {
  traefik: "traefik",
  "mcp-router": "mcp-router",
  "mcp-gateway": "mcp-gateway",
  "mcp-nixos-http": UNKNOWN,
};

let registry: TestRegistry;
let stack: TestStack;
const digests: Record<string, string> = {};

const mirrors = (): Record<string, string> => ({
  "docker.io": `${registry.address}/hub`,
  "ghcr.io": `${registry.address}/ghcr`,
});
const upstream = (name: string): string => lock[name]?.pull?.reference ?? "";
const repository = (name: string): string => mirrored(upstream(name), mirrors());
const tag = (name: string): string => referenceParts(upstream(name))?.tag ?? "latest";
const reference = (name: string): string => `${repository(name)}@${digests[name]}`;

/** Requests to the registry while something is done. */
async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = registry.requests().length;
  await work();
  return registry.requests().slice(before);
}

async function push(name: string, image: string): Promise<void> {
  const path = repository(name).slice(registry.address.length + 1);
  digests[name] = await registry.push(docker, image, path, tag(name));
}

const ids = async (): Promise<string[]> => (await stack.containers()).map(({ Id }) => Id).sort();
const serviceIds = async (): Promise<string[]> =>
  (await stack.containers())
    .filter(({ Labels }) => Labels["mcp-stack.service"] !== "mcp-server")
    .map(({ Id }) => Id)
    .sort();
const time = (): Promise<string> =>
  withSession(stack.url("/mcp"), ({ call }) => call("get_current_time", { timezone: "UTC" }));

beforeAll(async () => {
  await ensureImages({ docker, lock, cache: CACHE, sink: process.stderr }, NAMES);
  registry = await startRegistry();
  for (const name of NAMES) await push(name, builtReference(lock, name));
  const made = await imageWithNewLayer(docker, builtReference(lock, NEW));
  await push(NEW, made).finally(() => forgetImages(docker, made));
  const known = Object.entries(digests).filter(([name]) => name !== UNKNOWN);
  stack = await createStack(
    // The registry has images that were built here, which start otherwise than the public ones of their names.
    {
      gatewayMode: "socket",
      imageSource: undefined,
      imageRegistry: mirrors(),
      imageDigests: Object.fromEntries(known),
    },
    { prefix: "pull" },
  );
}, 30 * 60_000);

afterAll(async () => {
  await stack?.remove();
  if (registry)
    await forgetImages(docker, ...Object.keys(digests).map(reference), `${repository(UNKNOWN)}:${tag(UNKNOWN)}`);
  await registry?.stop();
});

describe("an image whose digest is not known", () => {
  it("is not pulled by tag while nobody has agreed to it; the error has the commands for both ways on", async () => {
    const requests = await requestsOf(async () => {
      const { code, stderr } = await stack.run("up");
      expect(code).toBe(1);
      expect(stderr).toContain(
        `No digest of ${upstream(UNKNOWN)} is known. It would be pulled by its tag once, and the digest it has now be pinned. ` +
          "Nobody can be asked here: run npm run up -- --yes, " +
          `or set it yourself: pulumi config set --path 'imageDigests["${UNKNOWN}"]' sha256:…\n`,
      );
    });
    expect(requests).toEqual([]);
    expect(await ids()).toEqual([]);
  });
});

describe("a mirror", () => {
  it("is taken for the wish to pull: no registry had to be tried for it", () => {
    expect(readConfig(stack.name).imageSource).toBe("pull");
  });
});

describe("the first up", () => {
  let output: string;
  let requests: string[];
  beforeAll(async () => {
    requests = await requestsOf(async () => ({ stderr: output } = await stack.succeed("up", "--yes")));
  });

  it("pulls the image without a digest by its tag once, and records the digest that it has", () => {
    expect(output).toMatch(new RegExp(`^${UNKNOWN}: pulled in \\d+ s$`, "m"));
    const byTag = `HEAD /v2/ghcr/utensils/mcp-nixos/manifests/${tag(UNKNOWN)}`;
    expect(requests.filter((request) => request.endsWith(`/${tag(UNKNOWN)}`))).toEqual([byTag]);
    expect(readConfig(stack.name).imageDigests).toEqual(digests);
  });

  it("pulls the others by digest, with a line for each", async () => {
    const others = NAMES.filter((name) => name !== UNKNOWN);
    const lines = output.match(/^\[\d+\/\d+\] \S+: pulled in/gm) ?? [];
    expect(lines.map((line) => / (\S+):/.exec(line)?.[1]).sort()).toEqual(others.sort());
    expect(output).toMatch(new RegExp(`^images: pulled ${others.length} in \\d+ s$`, "m"));
    const there = await Promise.all(NAMES.map((name) => hasImage(docker, reference(name))));
    expect(there).toEqual(NAMES.map(() => true));
  });

  it("loads from the registry what the engine does not have, once", () => {
    const ofNew = requests.filter((request) => request.startsWith("GET /v2/hub/mcp/time/"));
    const [manifests, blobs] = ["manifests", "blobs"].map((kind) => ofNew.filter((one) => one.includes(`/${kind}/`)));
    expect(manifests).toEqual([`GET /v2/hub/mcp/time/manifests/${digests[NEW]}`]);
    // Its configuration and its own layer.
    expect(blobs).toHaveLength(2);
  });

  it("runs every service by digest", async () => {
    const images = await Promise.all(
      Object.keys(SERVICES).map(async (service) => {
        const [container] = await stack.containers(service);
        return [service, (await docker.getContainer(container?.Id ?? "").inspect()).Config.Image];
      }),
    );
    expect(images).toEqual(Object.entries(SERVICES).map(([service, name]) => [service, reference(name)]));
    expect(await unwell(stack)).toEqual([]);
  });

  it("lets the gateway check no signatures: those of a mirror are not Docker Hub's", async () => {
    const [gateway] = await stack.containers("mcp-gateway");
    const { Args } = await docker.getContainer(gateway?.Id ?? "").inspect();
    expect(Args.filter((argument) => argument.includes("verify-signatures"))).toEqual(["--verify-signatures=false"]);
  });

  it("lets clients call tools, whose servers run by digest and are not pulled by the gateway", async () => {
    const asked = await requestsOf(async () => {
      await withSession(stack.url("/mcp"), async ({ call, toolNames }) => {
        expect(await toolNames()).toEqual(expect.arrayContaining(["get_current_time", "fetch", "read_graph"]));
        expect(await call("get_current_time", { timezone: "UTC" })).toContain("UTC");
        const servers = (await stack.containers("mcp-server")).filter(
          ({ Labels }) => Labels["docker-mcp-name"] === "time",
        );
        expect(servers.map(({ Image }) => Image)).toEqual([reference(NEW)]);
      });
    });
    expect(asked).toEqual([]);
  });
});

describe("a second time", () => {
  it("up changes nothing and asks neither the user nor the registry", async () => {
    const requests = await requestsOf(async () => {
      const { stdout } = await stack.succeed("up");
      expect(stdout).toMatch(/Resources:\s+\d+ unchanged/);
    });
    expect(requests).toEqual([]);
  });

  it.each([[[]], [["--refresh"]]])("preview is empty with %j", async (args) => {
    const { code, output } = await stack.pulumi("preview", "--expect-no-changes", ...args);
    expect({ code, output }).toMatchObject({ code: 0 });
  });
});

describe("a digest that the registry does not have", () => {
  it("is an error that names image, reference and cure, and changes nothing", async () => {
    const before = await serviceIds();
    const digest = `sha256:${"0".repeat(64)}`;
    stack.configure({ imageSource: "pull", imageDigests: { ...digests, [NEW]: digest } });
    const { code, stderr, stdout } = await stack.run("up");
    stack.configure({ imageSource: "pull", imageDigests: digests });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`image "${NEW}" (${repository(NEW)}@${digest}) could not be pulled: manifest for `);
    expect(stderr).toContain(
      `The registry does not have it. Set a digest that it has: pulumi config set --path 'imageDigests["${NEW}"]' sha256:…\n`,
    );
    expect(await serviceIds()).toEqual(before);
  });
});

describe("an image that was removed", () => {
  it("is pulled by pulumi itself, too", async () => {
    await forgetImages(docker, reference(NEW));
    const requests = await requestsOf(async () => {
      const { code, output } = await stack.pulumi("up", "--refresh", "--yes", "--skip-preview");
      expect({ code, output }).toMatchObject({ code: 0 });
    });
    expect(requests.filter((request) => request.startsWith("GET /v2/hub/mcp/time/blobs/"))).toHaveLength(2);
    expect(await hasImage(docker, reference(NEW))).toBe(true);
    expect(await time()).toContain("UTC");
  });
});

describe("without the registry", () => {
  it("down keeps the images", async () => {
    await registry.stop();
    await stack.succeed("down");
    expect(await ids()).toEqual([]);
    const there = await Promise.all(NAMES.map((name) => hasImage(docker, reference(name))));
    expect(there).toEqual(NAMES.map(() => true));
  });

  it("up works with the images that are there", async () => {
    const { stderr } = await stack.succeed("up");
    expect(stderr).not.toContain("pulling");
    expect(await time()).toContain("UTC");
  });

  it("a missing image is an error that says who does not answer, and changes nothing", async () => {
    const before = await serviceIds();
    await forgetImages(docker, reference(NEW));
    const { code, stderr, stdout } = await stack.run("up");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/connect: connection refused\nTry again\. Behind a mirror set imageRegistry; /);
    expect(stderr).toContain(`image "${NEW}" (${reference(NEW)}) could not be pulled: `);
    expect(await serviceIds()).toEqual(before);
  });
});
