/** The docker stand-in under the real CLI: what no call of its handlers alone can show. */
import { setTimeout as sleep } from "node:timers/promises";
import { createProject, type Project, type ProjectOptions } from "../../support/pulumi";
import { docker, uniqueName, world } from "./world";

const w = world();

const UP = ["up", "--yes", "--skip-preview"];

let project: Project | undefined;
afterEach(() => project?.destroy());

/** A project whose program declares `code`; `docker`, `pulumi`, `image` and `labels` are in scope. */
async function given(code: string, options: Partial<ProjectOptions> = {}): Promise<Project> {
  const program = `import * as docker from "@pulumi/docker";
    import * as pulumi from "@pulumi/pulumi";
    const image = "${w.image}";
    const labels = [{ label: "trial.spec", value: process.env.SPEC ?? "1" }];
    ${code}`;
  project = await createProject({ ...options, files: { "index.ts": program } });
  return project;
}

/** Names and types of an update's steps, in the order in which they ended. */
const steps = (output: string): string[] =>
  [...output.matchAll(/docker:index:(\w+) (\w+) (created|deleted|replaced|updated)/g)].map(
    ([, type, name, what]) => `${what} ${type} ${name}`,
  );

const container = (name: string, inputs: string): string =>
  `new docker.Container("web", { name: "${name}", image, command: ["sleep", "3600"], labels, ${inputs} });`;

test("a stack goes through up, empty previews, refresh and destroy", async () => {
  const [name, volume] = [uniqueName(), uniqueName()];
  const stack = await given(`
    const network = new docker.Network("network", { name: "${name}", labels });
    const volume = new docker.Volume("volume", { name: "${volume}", labels });
    const pulled = new docker.RemoteImage("image", { name: image, keepLocally: true });
    const web = new docker.Container("web", {
      name: "${name}-web", image: pulled.name, command: ["sleep", "3600"], labels, wait: true,
      mounts: [{ type: "volume", source: volume.name, target: "/data" }], memory: 64, memorySwap: 64,
      networksAdvanced: [{ name: network.name, aliases: ["web"] }],
      healthcheck: { tests: ["CMD", "true"], interval: "1s" },
      ports: [{ internal: 80, ip: "127.0.0.1" }],
    });
    export const [id, address] = [web.id, web.networkDatas[0].ipAddress];
    export const networkId = docker.getNetworkOutput({ name: network.name }).id;`);
  expect((await stack.succeed(["preview"])).stdout).toContain("+ 5 to create");
  expect((await stack.succeed(UP)).stdout).toContain("+ 5 created");
  const { id, address, networkId } = JSON.parse((await stack.succeed(["stack", "output", "--json"])).stdout) as Record<
    string,
    string
  >;
  const { Networks } = (await docker.getContainer(String(id)).inspect()).NetworkSettings;
  expect(Networks[name]).toMatchObject({ IPAddress: address, NetworkID: networkId });
  await stack.succeed(["preview", "--expect-no-changes"]);
  await stack.succeed(["preview", "--refresh", "--expect-no-changes"]);
  await stack.succeed(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
  const previewed = JSON.parse((await stack.succeed(["preview", "--json"])).stdout) as { changeSummary: object };
  expect(previewed.changeSummary).toEqual({ same: 5 });
  expect((await stack.succeed(["destroy", "--yes", "--skip-preview"])).stdout).toContain("- 5 deleted");
  await expect(docker.getImage(w.image).inspect()).resolves.toBeDefined();
});

test("a network with a fixed name is replaced before what is on it, which is replaced as well", async () => {
  const name = uniqueName();
  const stack = await given(`
    const network = new docker.Network("network", { name: "${name}", labels });
    new docker.Container("web", {
      name: "${name}-web", image, command: ["sleep", "3600"], networksAdvanced: [{ name: network.name }],
    });`);
  await stack.succeed(UP);
  const { stdout } = await stack.succeed(UP, { SPEC: "2" });
  expect(steps(stdout).filter((step) => !step.startsWith("replaced"))).toEqual([
    "deleted Container web",
    "deleted Network network",
    "created Network network",
    "created Container web",
  ]);
});

test("secrets are not in the state, the output or a difference in plain text", async () => {
  const code = `
    const password = new pulumi.Config().requireSecret("password");
    const web = new docker.Container("web", {
      image, command: ["sleep", "3600"], labels, start: false, mustRun: false,
      envs: [pulumi.interpolate\`PASSWORD=\${password}\`, "OTHER=" + process.env.SPEC],
      uploads: [{ file: "/password", content: password }],
    });
    export const envs = web.envs;`;
  const stack = await given(code, { secrets: { password: "geheim-4711" } });
  const shown = [
    await stack.succeed(["up", "--yes", "--diff"], { SPEC: "1" }),
    await stack.succeed(["up", "--yes", "--diff"], { SPEC: "2" }),
    await stack.succeed(["refresh", "--yes", "--diff"], { SPEC: "2" }),
    await stack.succeed(["stack", "export"]),
    await stack.succeed(["stack", "output", "--json"]),
  ];
  for (const { output } of shown) expect(output).not.toContain("geheim-4711");
  const plain = await stack.succeed(["stack", "output", "--json", "--show-secrets"]);
  expect(JSON.parse(plain.stdout)).toEqual({ envs: ["PASSWORD=geheim-4711", "OTHER=2"] });
});

test("a container that does not get healthy fails the update with its last lines; the next up replaces it", async () => {
  const name = uniqueName();
  const stack = await given(`
    const ready = process.env.READY === "1";
    const web = new docker.Container("web", {
      name: "${name}", image, command: ["sh", "-c", "echo only line; sleep 3600"], labels,
      healthcheck: { tests: ["CMD", ready ? "true" : "false"], interval: "1s", retries: 1 },
      wait: true, waitTimeout: ready ? 30 : 5,
    });
    new docker.Volume("after", { name: "${name}" }, { dependsOn: web });`);
  const { code, stdout } = await stack.pulumi(UP);
  expect(code).toBe(1);
  expect(stdout).toContain(`error: last lines of ${name}:\n    only line`);
  expect(stdout).toMatch(/\* container failed to be in healthy state: it is unhealthy after 5 s \(waitTimeout\)/);
  expect(stdout).not.toMatch(/docker:index:Volume after creat/);
  const preview = await stack.succeed(["preview"]);
  expect(preview.stdout).toMatch(/docker:index:Container web replace \[diff: ~networkDatas\]/);
  expect((await stack.succeed(UP, { READY: "1" })).stdout).toMatch(/\+-1 replaced/);
  await stack.succeed(["preview", "--expect-no-changes"], { READY: "1" });
});

describe("an interrupted update", () => {
  const waiting = (name: string): string =>
    container(
      name,
      `healthcheck: { tests: ["CMD", process.env.READY ? "true" : "false"], interval: "1s" }, wait: true, waitTimeout: 100`,
    );

  test("by Ctrl-C removes the container that it was at; the next up makes it", async () => {
    const name = uniqueName();
    const stack = await given(waiting(name));
    const update = stack.start(UP);
    await update.waitFor(/starting for \d+ s of at most 100 s/);
    update.signal("SIGINT");
    const { code, output } = await update.done;
    expect(code).toBe(1);
    expect(output).toContain(`container "${name}" was not finished: the update was cancelled. It was removed.`);
    expect((await stack.succeed(UP, { READY: "1" })).stdout).toContain("+ 1 created");
  });

  test("by a kill of the CLI removes it as well, even if the program changes before the next up", async () => {
    const name = uniqueName();
    const stack = await given(waiting(name));
    const update = stack.start(UP);
    await update.waitFor(/starting for \d+ s of at most 100 s/);
    update.signal("SIGKILL");
    await update.done;
    while (await exists(name)) await sleep(100);
    await stack.succeed(["cancel", "--yes"]);
    expect((await stack.succeed(UP, { READY: "1", SPEC: "2" })).stdout).toContain("+ 1 created");
  });

  const exists = (name: string): Promise<boolean> =>
    docker
      .getContainer(name)
      .inspect()
      .then(
        () => true,
        () => false,
      );
});

test("inputs that are unknown or of the wrong type fail the preview and are named", async () => {
  const stack = await given(`
    const ports = [{ internal: 80, extrenal: 8080 }] as unknown as docker.ContainerArgs["ports"];
    new docker.Container("web", { image, ports, memory: "64" as unknown as number });`);
  const { code, stdout } = await stack.pulumi(["preview"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/property ports\[0\]\.extrenal .* there is no property 'extrenal'; did you mean 'external'\?/);
  expect(stdout).toMatch(/property memory .* expected a whole number, got a string/);
});

test("an engine that does not answer fails the preview and is named", async () => {
  const stack = await given(container(uniqueName(), ""), { config: { "docker:host": "unix:///nowhere/docker.sock" } });
  const { code, stdout } = await stack.pulumi(["preview"]);
  expect(code).not.toBe(0);
  expect(stdout).toContain(
    "failed to connect to any docker daemon: Cannot connect to the Docker daemon at unix:///nowhere/docker.sock",
  );
});
