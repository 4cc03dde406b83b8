import { planStack } from "../stack";
import { configOf } from "./support/config";

describe("planStack", () => {
  it("reports stray mirrors and digests together with the faults of the catalog", () => {
    const { plan, faults } = planStack(
      configOf({ imageSource: "build", imageRegistry: '{"docker.oi":"mirror.lan"}', servers: "time,tiem" }),
    );
    expect(plan).toBeUndefined();
    expect(faults).toEqual([
      expect.stringMatching(
        /^imageRegistry: "docker\.oi" is no registry of catalogs\/images\.yaml \(it has docker\.io, /,
      ),
      expect.stringMatching(/^servers: "tiem" is not in /),
    ]);
  });

  it("reports them when they are the only faults", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const { plan, faults } = planStack(configOf({ imageSource: "build", imageDigests: `{"mcp-tiem":"${digest}"}` }));
    expect(plan).toBeUndefined();
    expect(faults).toEqual([expect.stringMatching(/^imageDigests: "mcp-tiem" is no image of catalogs\/images\.yaml /)]);
  });

  it("names pulled images by the mirrors that are set, and Docker Hub's by Docker Hub where none is", () => {
    const set = {
      imageSource: "pull",
      imageRegistry: '{"ghcr.io":"mirror.lan:5000/ghcr"}',
      imageDigests: `{"mcp-nixos":"sha256:${"a".repeat(64)}"}`,
      servers: "time",
    };
    const references = planStack(configOf(set)).plan?.images.map(({ reference }) => reference.replace(/@.*/, ""));
    expect(references).toEqual([
      "docker.io/library/traefik",
      "docker.io/nginxinc/nginx-unprivileged",
      "docker.io/docker/mcp-gateway",
      "mirror.lan:5000/ghcr/utensils/mcp-nixos",
      "docker.io/mcp/time",
    ]);
  });
});
