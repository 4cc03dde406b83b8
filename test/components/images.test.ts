import * as docker from "@pulumi/docker";
import { Images } from "../../components/images";
import { imageReference } from "../support/foundation";
import { up } from "../support/up";

const HOST = "unix:///run/engine.sock";
const wanted = ["traefik", "mcp-router"].map((name) => ({ name, reference: imageReference(name) }));

const images = (source: "pull" | "build") =>
  up(
    () => new Images("images", { source, wanted, provider: new docker.Provider("engine", { host: HOST }), host: HOST }),
  );
const component = {
  type: "mcp-stack:components:Images",
  name: "images",
  parent: undefined,
  provider: undefined,
  after: [],
  inputs: {},
};
const provider = {
  type: "pulumi:providers:docker",
  name: "engine",
  parent: undefined,
  provider: undefined,
  after: [],
  inputs: { host: HOST },
};

describe("Images", () => {
  it("are pulled one by one from the engine's own provider, and kept by destroy", async () => {
    const { resources } = await images("pull");

    const image = { type: "docker:index/remoteImage:RemoteImage", parent: "images", provider: "engine", after: [] };
    expect(resources).toEqual([
      provider,
      {
        ...image,
        name: "image-mcp-router",
        inputs: { name: "example.org/mcp-router@sha256:0123", keepLocally: true },
      },
      { ...image, name: "image-traefik", inputs: { name: "example.org/traefik@sha256:0123", keepLocally: true } },
      component,
    ]);
  });

  it("are built by one command, which runs again when what they are built from changes", async () => {
    const { resources } = await images("build");

    const run = "node --require ./loader.js commands/images.ts ensure traefik mcp-router";
    expect(resources).toEqual([
      provider,
      component,
      {
        type: "command:local:Command",
        name: "images-build",
        parent: "images",
        provider: undefined,
        after: [],
        inputs: {
          create: run,
          update: run,
          environment: {
            DOCKER_HOST: HOST,
            TAGS: "example.org/traefik@sha256:0123 example.org/mcp-router@sha256:0123",
          },
        },
      },
    ]);
  });

  it.each([
    ["pull", 2],
    ["build", 1],
  ] as const)("with imageSource %s two images are %d resources to wait for", async (source, count) => {
    const { value } = await images(source);

    expect(value.of(["traefik", "mcp-router", "traefik"])).toHaveLength(count);
  });

  it("say where to add an image that a service uses but nobody wants", async () => {
    const { value } = await images("pull");

    expect(() => value.of(["web"])).toThrow(
      new Error("image web is used, but it is not among the wanted ones; add it in stack.ts"),
    );
  });
});
