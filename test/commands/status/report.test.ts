import type { PlannedService } from "../../../commands/planned";
import type { Observed } from "../../../commands/status/observe";
import { isWell, serviceStatus } from "../../../commands/status/report";
import { duration, statusText } from "../../../commands/status/show";
import { containerArgs } from "../../../engines/container-args";
import { spec } from "../../support/spec";

const PLACE = { project: "p", stack: "dev", dataDir: "/d", engineSocket: "/s", image: "web:1", generations: [] };
const WEB = spec({ networks: [] });
const PLANNED: PlannedService = { spec: WEB, args: containerArgs(WEB, PLACE), files: [] };
const START = "2026-01-01T00:00:00Z";
const AT = { endpoint: () => undefined, answers: {}, engineName: "docker" as const, now: Date.parse(START) + 65_400 };

/** A container as PLANNED says, in this state. */
function observed(state: object, host: object = {}): Observed {
  const { args } = PLANNED;
  const container = {
    RestartCount: 2,
    State: { Running: true, Status: "running", StartedAt: START, ...state },
    Config: {
      Env: [],
      Labels: Object.fromEntries(args.labels.map(({ label, value }) => [label, value])),
      Image: "web:1",
      Healthcheck: { Interval: 5e9 },
    },
    HostConfig: {
      Memory: 64 * 2 ** 20,
      MemorySwap: 64 * 2 ** 20,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      RestartPolicy: { Name: "unless-stopped" },
      PidsLimit: 512,
      ...host,
    },
    NetworkSettings: { Networks: {} },
  };
  const usage = { cpuPercent: 1.5, memoryBytes: 10 * 2 ** 20 };
  return { container, image: { environment: [], labels: {} }, usage } as unknown as Observed;
}

const HEALTHY = { Health: { Status: "healthy" } };

it("a service that runs well is told with everything there is to know", () => {
  expect(serviceStatus(PLANNED, observed(HEALTHY), AT)).toEqual({
    service: "web",
    state: "running",
    health: "healthy",
    restarts: 2,
    uptimeSeconds: 65,
    cpuPercent: 1.5,
    memoryMiB: 10,
    memoryLimitMiB: 64,
    endpoint: undefined,
    drift: [],
  });
});

it("a limit of processes that is not the stack's is told", () => {
  const drift = (host: object, changes: object = {}) =>
    serviceStatus({ ...PLANNED, spec: { ...WEB, ...changes } }, observed(HEALTHY, host), AT).drift;
  expect(drift({ PidsLimit: null })).toEqual(["limit of processes is nothing, not 512"]);
  expect(drift({ PidsLimit: 512 }, { processes: 99 })).toEqual(["limit of processes is 512, not 99"]);
  expect(drift({ PidsLimit: 99 }, { processes: 99 })).toEqual([]);
});

it.each<[string, object, boolean | undefined, string, boolean]>([
  ["healthy by its check", HEALTHY, undefined, "healthy", true],
  ["starting", { Health: { Status: "starting" } }, undefined, "starting", false],
  ["unhealthy by its check", { Health: { Status: "unhealthy" } }, undefined, "unhealthy", false],
  ["restarting, whatever its last check said", { ...HEALTHY, Restarting: true }, undefined, "unhealthy", false],
  ["without a check, and answers", {}, true, "healthy", true],
  ["without a check, and does not answer", {}, false, "unhealthy", false],
  ["without a check, and may not be asked", {}, undefined, "unknown", true],
])("a service that is %s", (_what, state, answered, health, well) => {
  const status = serviceStatus(PLANNED, observed(state), { ...AT, answers: { web: answered } });
  expect([status.health, isWell(status)]).toEqual([health, well]);
});

it("a stopped container is a difference", () => {
  const status = serviceStatus(PLANNED, observed({ Running: false, Status: "exited" }), AT);
  expect([status.state, status.drift, status.uptimeSeconds]).toEqual([
    "exited",
    ["the container is stopped"],
    undefined,
  ]);
});

it("touched files are named in place of the hash that they change", () => {
  const found = observed(HEALTHY);
  const { Config: config } = found.container;
  config.Labels = { ...config.Labels, "mcp-stack.spec": "0" };
  const drift = (files: readonly string[]) => serviceStatus({ ...PLANNED, files }, found, AT).drift;
  expect([drift([]), drift(["/d/a"])]).toEqual([
    ["it was made from another configuration or other files"],
    ["/d/a is missing or was changed"],
  ]);
});

it("a missing container and its touched files are differences", () => {
  const { state, drift } = serviceStatus({ ...PLANNED, files: ["/d/rendered/web/1/a"] }, undefined, AT);
  expect([state, drift]).toEqual([
    "missing",
    ["the container p-dev-web is missing", "/d/rendered/web/1/a is missing or was changed"],
  ]);
});

it.each([
  [0, "0s"],
  [59, "59s"],
  [65, "1m 5s"],
  [3600, "1h 0m"],
  [90_061, "1d 1h"],
])("%i seconds are shown as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it("the text marks what differs, and says how to put it right", () => {
  const service = serviceStatus(PLANNED, undefined, AT);
  const text = statusText({ stack: "dev", healthy: false, services: [service], drift: ["one too many"] });
  const lines = text
    .replace(/\u001b\[\d+m/g, "")
    .split("\n")
    .map((line) => line.trimEnd());
  expect(lines).toEqual([
    "Service  State    Health     Restarts  Uptime  CPU  Memory  Endpoint",
    "web *    missing  unhealthy  0         -       -    -",
    "",
    "* differs from the stack:",
    "  one too many",
    "  web: the container p-dev-web is missing",
    "  put it right: npm run up; after changes by hand: npm run pulumi -- up --refresh",
    "",
    "dev is not healthy",
  ]);
});
