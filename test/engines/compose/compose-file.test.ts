import { composeFile, type ComposeSources } from "../../../engines/compose/compose-file";
import { containerArgs, networkForm } from "../../../engines/container-args";
import { spec } from "../../support/spec";
import type { ServiceSpec } from "../../../services/spec";

const PLACE = { project: "p", stack: "s", dataDir: "/data", engineSocket: "/run/engine.sock", image: "i@sha256:1" };

const service = (changes: Partial<ServiceSpec>, more: { after?: string[]; runsOnce?: boolean } = {}) => {
  const described = spec(changes);
  const args = containerArgs(described, { ...PLACE, generations: [] });
  return { name: described.name, args, processes: 99, runsOnce: false, after: [], ...more };
};

interface File {
  services: Record<string, Record<string, unknown>>;
  networks: Record<string, unknown>;
  volumes?: Record<string, unknown>;
}

const file = (sources: Partial<ComposeSources>): File =>
  composeFile({
    project: "p-s",
    dataDir: "/data",
    services: [],
    networks: [{ name: "edge", fullName: "p-s-edge", form: networkForm("edge") }],
    volumes: [],
    volumeUser: "gateway",
    localImages: false,
    ...sources,
  }) as File;

const HEALTH = {
  command: ["true"],
  intervalSeconds: 5,
  timeoutSeconds: 3,
  retries: 2,
  startPeriodSeconds: 60,
};

describe("a compose file", () => {
  it("has a service's arguments in compose's words", () => {
    const web = service({
      name: "web",
      command: ["serve"],
      environment: { A: "1" },
      networks: ["edge"],
      ports: [{ container: 80, host: 8811, address: "127.0.0.1" }],
      mounts: [
        { kind: "data", path: "web", target: "/var/web" },
        { kind: "tmpfs", target: "/tmp", sizeMiB: 16 },
      ],
      health: HEALTH,
      user: "1000:1000",
      readOnlyRoot: true,
      capabilities: ["CAP_CHOWN"],
      memoryMiB: 64,
      stopSeconds: 15,
      init: true,
    });
    expect(file({ services: [web] }).services["web"]).toMatchObject({
      image: "i@sha256:1",
      container_name: "p-s-web",
      command: ["serve"],
      environment: ["A=1"],
      user: "1000:1000",
      init: true,
      stop_grace_period: "15s",
      networks: { edge: { aliases: ["web"] } },
      ports: ["127.0.0.1:8811:80/tcp"],
      volumes: [
        {
          type: "bind",
          source: "${DATA_DIR:-/data}/web",
          target: "/var/web",
          bind: { create_host_path: false },
        },
      ],
      tmpfs: ["/tmp:size=16m,mode=755"],
      read_only: true,
      cap_drop: ["ALL"],
      cap_add: ["CAP_CHOWN"],
      security_opt: ["no-new-privileges:true"],
      mem_limit: "64m",
      memswap_limit: "64m",
      pids_limit: 99,
      healthcheck: { test: ["CMD", "true"], interval: "5s", timeout: "3s", retries: 2, start_period: "1m0s" },
      restart: "unless-stopped",
      logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
      labels: { "mcp-stack.service": "web" },
    });
  });

  it("keeps dollar signs from being taken for variables", () => {
    const web = service({ name: "web", command: ["$HOME"], environment: { A: "$$" } });
    expect(file({ services: [web] }).services["web"]).toMatchObject({ command: ["$$HOME"], environment: ["A=$$$$"] });
  });

  it("waits for health, for the end of what runs once, and else for the start", () => {
    const services = [
      service({ name: "a", health: HEALTH }),
      service({ name: "b", health: { runsOnce: true } }, { runsOnce: true }),
      service({ name: "c", health: { externalOnly: "no shell" } }),
      service({ name: "d" }, { after: ["a", "b", "c"] }),
    ];
    const { services: all } = file({ services });
    expect(all["d"]?.["depends_on"]).toEqual({
      a: { condition: "service_healthy" },
      b: { condition: "service_completed_successfully" },
      c: { condition: "service_started" },
    });
    expect(all["b"]).toMatchObject({ restart: "no" });
  });

  it("has the resolver of a service that may look up no name outside, and its short patience", () => {
    const sandbox = service({ name: "sandbox", networks: ["dify-ssrf"], outsideNames: false });
    const dns = { dns: ["127.0.0.1"], dns_opt: ["attempts:1", "timeout:1"] };
    expect(file({ services: [sandbox] }).services["sandbox"]).toMatchObject(dns);
  });

  it("closes internal networks towards the host too", () => {
    const networks = [{ name: "ssrf", fullName: "p-s-ssrf", form: networkForm("dify-ssrf") }];
    expect(file({ networks }).networks["ssrf"]).toEqual({
      name: "p-s-ssrf",
      driver: "bridge",
      internal: true,
      driver_opts: { "com.docker.network.bridge.inhibit_ipv4": "true" },
    });
  });

  it("makes the volumes of containers that a service starts, before it", () => {
    const sources = {
      services: [service({ name: "gateway" })],
      volumes: [{ fullName: "p-s-work", device: "/data/work" }],
    };
    const { services, volumes } = file(sources);
    expect(volumes).toEqual({
      "p-s-work": {
        name: "p-s-work",
        driver: "local",
        driver_opts: { type: "none", o: "bind", device: "${DATA_DIR:-/data}/work" },
      },
    });
    expect(services["gateway"]?.["depends_on"]).toEqual({
      "make-volumes": { condition: "service_completed_successfully" },
    });
    expect(services["make-volumes"]).toMatchObject({ entrypoint: ["true"], network_mode: "none" });
  });

  it("never pulls what is in no registry", () => {
    const [pulled, built] = [false, true].map((localImages) =>
      file({ services: [service({ name: "a" })], localImages }),
    );
    expect(pulled?.services["a"]).not.toHaveProperty("pull_policy");
    expect(built?.services["a"]).toMatchObject({ pull_policy: "never" });
  });

  it.each([
    [
      "nvidia",
      {
        deploy: {
          resources: { reservations: { devices: [{ driver: "nvidia", count: "all", capabilities: ["gpu"] }] } },
        },
      },
    ],
    ["vulkan", { devices: ["/dev/dri:/dev/dri:rwm"] }],
  ] as const)("asks for %s GPUs", (gpu, expected) => {
    expect(file({ services: [service({ name: "a", gpu })] }).services["a"]).toMatchObject(expected);
  });
});
