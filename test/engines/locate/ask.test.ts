import { writeFileSync } from "node:fs";
import path from "node:path";
import { askEngine } from "../../../engines/locate/ask";
import { parseEndpoint } from "../../../engines/locate/endpoint";
import { DOCKER_INFO, FakeEngines, PODMAN_HEADERS } from "../../support/fake-engine";

const engines = new FakeEngines();
afterAll(() => engines.close());

const ask = (address: string, timeoutMs = 5_000) => askEngine(parseEndpoint(address, "/home/me"), timeoutMs);
const missing = path.join(engines.directory, "missing.sock");

describe("askEngine", () => {
  it("learns from Docker its own id and its versions", async () => {
    const { socket } = await engines.start();
    await expect(ask(socket)).resolves.toEqual({
      id: "engine-1",
      version: "28.2.2",
      apiVersion: "1.50",
      name: "docker",
      desktop: false,
      rootless: false,
      selinux: false,
    });
  });

  it("knows Docker Desktop, and that it hides clients", async () => {
    const { socket } = await engines.start({ body: { ...DOCKER_INFO, OperatingSystem: "Docker Desktop" } });
    await expect(ask(socket)).resolves.toMatchObject({
      name: "docker",
      desktop: true,
      hidesClients: expect.stringContaining("Docker Desktop") as unknown,
    });
  });

  it("knows that an engine without root hides clients, also over TCP", async () => {
    const { tcp } = await engines.start({ body: { ...DOCKER_INFO, SecurityOptions: ["name=rootless"] } });
    const hidesClients = expect.stringContaining("without root") as unknown;
    await expect(ask(tcp)).resolves.toMatchObject({ hidesClients, rootless: true });
  });

  it("knows that SELinux is on", async () => {
    const SecurityOptions = ["name=seccomp,profile=default", "name=selinux"];
    const { socket } = await engines.start({ body: { ...DOCKER_INFO, SecurityOptions } });
    await expect(ask(socket)).resolves.toMatchObject({ selinux: true, rootless: false });
  });

  it("identifies Podman by host and storage, because the ID that it answers is new every time", async () => {
    const podman = (changes: object) =>
      engines.start({ body: { ...DOCKER_INFO, ServerVersion: "4.3.1", ...changes }, headers: PODMAN_HEADERS });
    const [first, again, otherStorage] = await Promise.all([
      podman({ ID: "one" }),
      podman({ ID: "two" }),
      podman({ ID: "one", DockerRootDir: "/home/me/.local/share/containers/storage" }),
    ]);
    const id = "573271e22657826ecf561b46d2a9fbad";
    await expect(ask(first.socket)).resolves.toMatchObject({ id, name: "podman", apiVersion: "1.41" });
    await expect(ask(again.socket)).resolves.toMatchObject({ id });
    await expect(ask(otherStorage.socket)).resolves.not.toMatchObject({ id });
  });

  it("derives an id for an engine that answers none", async () => {
    const { socket } = await engines.start({ body: { ...DOCKER_INFO, ID: "" } });
    await expect(ask(socket)).resolves.toMatchObject({ id: "573271e22657826ecf561b46d2a9fbad", name: "docker" });
  });

  it("says that nothing is there", async () => {
    await expect(ask(missing)).resolves.toEqual({ reason: "does not exist" });
  });

  it("says that a file is no socket", async () => {
    const file = path.join(engines.directory, "file");
    writeFileSync(file, "");
    await expect(ask(file)).resolves.toEqual({ reason: "is not a socket" });
  });

  it("says that nobody listens on a port", async () => {
    await expect(ask("tcp://127.0.0.1:1")).resolves.toEqual({
      reason: "refuses connections: no engine listens there",
    });
  });

  it.each(["at once", "after a byte"] as const)("gives up an engine that falls silent %s", async (silent) => {
    const { socket } = await engines.start({ silent });
    await expect(ask(socket, 50)).resolves.toEqual({ reason: "no answer within 0.05 s" });
  });

  it("shows what a failing engine answers", async () => {
    const { socket } = await engines.start({ status: 500, body: '{"message":"disk full"}\n' });
    await expect(ask(socket)).resolves.toEqual({ reason: 'answers HTTP 500: {"message":"disk full"}' });
  });

  it.each([
    ["no JSON", "hello"],
    ["other JSON", { hello: "world" }],
  ])("does not take %s for an engine", async (_, body) => {
    const { socket } = await engines.start({ body });
    await expect(ask(socket)).resolves.toEqual({ reason: "answers, but not as a container engine does" });
  });
});
