import { Networks } from "../../components/networks";
import { DockerEngine } from "../../engines/docker";
import { spec } from "../support/spec";
import { up, type Registered } from "../support/up";

const PLACE = { project: "p", stack: "dev", dataDir: "/data", engineSocket: "/run/engine.sock" };

/** The container of a service with a check, on an engine that can check more often while it starts, or cannot. */
async function container(startInterval: boolean): Promise<Registered | undefined> {
  const { resources } = await up(() => {
    const host = "unix:///run/engine.sock";
    const engine = new DockerEngine({ ...PLACE, host, startInterval, imageReference: (name) => `${name}@sha256:0` });
    const parent = new Networks("networks", { engine, names: ["edge", "edge-outside", "mcp", "mcp-outside"] });
    return engine.run(spec({ name: "web" }), { parent, files: { ready: [], generations: [] } });
  });
  return resources.find(({ type }) => type === "docker:index/container:Container");
}

it("checks a service often while it may be starting and seldom after that, where the engine can", async () => {
  const [older, newer] = [await container(false), await container(true)];
  const check = older?.inputs["healthcheck"] as object;
  expect(check).toMatchObject({ interval: "5s", startPeriod: "1m30s" });
  expect(check).not.toHaveProperty("startInterval");
  const seldom = { interval: "30s", startInterval: "500ms", startPeriod: "30s" };
  expect(newer?.inputs["healthcheck"]).toEqual({ ...check, ...seldom });
});
