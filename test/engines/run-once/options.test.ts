import { containerArgs } from "../../../engines/container-args";
import { createOptions, furtherNetworks } from "../../../engines/run-once/options";
import { spec } from "../../support/spec";

const PLACE = { project: "p", stack: "s", dataDir: "/data", engineSocket: "/sock", image: "i:1", generations: [] };
const args = (changes: Parameters<typeof spec>[0]) =>
  containerArgs(spec({ name: "job", health: { runsOnce: true }, ...changes }), PLACE);

describe("the container of a spec that runs once", () => {
  it("is what the spec says, in the words of the engine", () => {
    const options = createOptions(
      args({
        entrypoint: ["/bin/sh"],
        command: ["-c", "true"],
        environment: { B: "2", A: "1" },
        networks: ["dify", "dify-ssrf"],
        user: "0:0",
        capabilities: ["CAP_CHOWN"],
        memoryMiB: 128,
        mounts: [
          { kind: "data", path: "x", target: "/x" },
          { kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 },
        ],
      }),
    );
    expect(options).toEqual({
      name: "p-s-job",
      Image: "i:1",
      Entrypoint: ["/bin/sh"],
      Cmd: ["-c", "true"],
      Env: ["A=1", "B=2"],
      User: "0:0",
      Labels: {
        "mcp-stack.project": "p",
        "mcp-stack.stack": "s",
        "mcp-stack.service": "job",
        "mcp-stack.spec": expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      },
      StopTimeout: 10,
      HostConfig: {
        NetworkMode: "p-s-dify",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        CapAdd: ["CAP_CHOWN"],
        SecurityOpt: ["no-new-privileges:true"],
        Init: false,
        LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
        Mounts: [{ Type: "bind", Source: "/data/x", Target: "/x", ReadOnly: false }],
        Tmpfs: { "/tmp": "size=16m,mode=1777" },
        Memory: 134217728,
        MemorySwap: 134217728,
        PidsLimit: 512,
        RestartPolicy: { Name: "no" },
      },
      NetworkingConfig: { EndpointsConfig: { "p-s-dify": { Aliases: ["job"] } } },
    });
  });

  it("joins its first network at creation and the others after it", () => {
    expect(furtherNetworks(args({ networks: ["dify", "dify-ssrf", "ai"] }))).toEqual([
      { name: "p-s-dify-ssrf", aliases: ["job"] },
      { name: "p-s-ai", aliases: ["job"] },
    ]);
  });

  it("has no network when the spec has none", () => {
    const { HostConfig, NetworkingConfig } = createOptions(args({ networks: [] }));
    expect(HostConfig?.NetworkMode).toBe("none");
    expect(NetworkingConfig).toEqual({ EndpointsConfig: {} });
  });
});
