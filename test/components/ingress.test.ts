import { Ingress } from "../../components/ingress";
import { contentHash } from "../../engines/files/layout";
import { traefikService } from "../../services/traefik";
import { configOf } from "../support/config";
import { DATA_DIR, containerInputs, hostCommandInputs, stdinOf, upon } from "../support/foundation";
import { valueOf } from "../support/up";

const spec = traefikService(configOf());
const ingress = () => upon(({ foundation }) => new Ingress("ingress", { foundation, spec }));

describe("Ingress", () => {
  it("is one container and the files that it mounts, and waits for nothing that it sends clients to", async () => {
    const { resources } = await ingress();

    expect(resources).toEqual([
      {
        type: "mcp-stack:components:Ingress",
        name: "ingress",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: {},
      },
      {
        type: "docker:index/container:Container",
        name: "traefik",
        parent: "ingress",
        provider: "engine",
        after: ["edge", "edge-outside", "image-traefik", "traefik-files"],
        inputs: containerInputs(spec, resources, "traefik-files"),
      },
      {
        type: "command:local:Command",
        name: "traefik-files",
        parent: "ingress",
        provider: undefined,
        after: ["data-owner"],
        inputs: hostCommandInputs("service"),
      },
    ]);
  });

  it("has its static and its dynamic configuration rendered, and no data directory", async () => {
    const { resources } = await ingress();

    const files = spec.files[0]?.files ?? [];
    expect(stdinOf(resources, "traefik-files")).toEqual({
      base: DATA_DIR,
      generation: expect.any(String) as string,
      service: "traefik",
      rendered: [{ hash: contentHash(files), files }],
      directories: [],
    });
  });

  it("hands on its container's id, which changes whenever it was replaced", async () => {
    const { value } = await ingress();

    await expect(valueOf(value.running.id)).resolves.toBe("traefik-id");
  });
});
