import { withOverride } from "../../services/overrides";
import type { ServiceSpec } from "../../services/spec";
import { spec } from "../support/spec";

const web = spec({ command: ["serve"], environment: { A: "1", B: "2" }, memoryMiB: 64 });

describe("withOverride", () => {
  it("is the same spec without an override, and an equal one with an empty override", () => {
    expect(withOverride(web, undefined)).toBe(web);
    expect(withOverride(web, {})).toEqual(web);
  });

  it("changes only what is overridden", () => {
    const changed = withOverride(web, {
      memoryMiB: 96,
      processes: 99,
      environment: { B: "two", C: "3" },
      arguments: ["--verbose", "--verbose"],
      hostPort: 9000,
    });
    expect(changed).toEqual({
      ...web,
      memoryMiB: 96,
      processes: 99,
      environment: { A: "1", B: "two", C: "3" },
      command: ["serve", "--verbose", "--verbose"],
      ports: [{ container: 8080, host: 9000, address: "127.0.0.1" }],
      networks: [...web.networks, "outside"],
    });
  });

  it("publishes on a network that has ports, of the service's own where it has one", () => {
    const networks = (...own: ServiceSpec["networks"]) =>
      withOverride(spec({ networks: own }), { hostPort: 9000 }).networks;
    expect(networks("mcp", "mcp-servers")).toEqual(["mcp", "mcp-servers", "outside"]);
    expect(networks("edge", "ai", "ai-outside")).toEqual(["edge", "ai", "ai-outside"]);
  });

  it("publishes beside the ports that the service has already", () => {
    const ingress = spec({ ports: [{ container: 8080, host: 8811, address: "0.0.0.0" }] });
    expect(withOverride(ingress, { hostPort: 9000 }).ports).toEqual([
      { container: 8080, host: 8811, address: "0.0.0.0" },
      { container: 8080, host: 9000, address: "127.0.0.1" },
    ]);
  });

  it("does not touch the spec that it is given", () => {
    const before = structuredClone(web);
    withOverride(web, { environment: { A: "changed" }, arguments: ["x"], hostPort: 9000 });
    expect(web).toEqual(before);
  });

  it("refuses a host port for a service without a port, naming the key", () => {
    expect(() => withOverride(spec({ name: "job", port: undefined }), { hostPort: 9000 })).toThrow(
      new Error('overrides.job.hostPort: "9000" cannot be published because job has no port; remove it'),
    );
  });
});
