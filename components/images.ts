import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** An image of catalogs/images.yaml and the complete reference it is run by. */
export interface WantedImage {
  readonly name: string;
  readonly reference: string;
}

export interface ImagesArgs {
  readonly source: "pull" | "build";
  readonly wanted: readonly WantedImage[];
  readonly provider: docker.Provider;
  /** Address of the engine, as in DOCKER_HOST. */
  readonly host: string;
}

/** The images of the stack: pulled by digest, or built from package registries. They outlive `destroy`. */
export class Images extends pulumi.ComponentResource {
  private readonly ready: ReadonlyMap<string, pulumi.Resource>;

  constructor(name: string, args: ImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:Images", name, {}, opts);
    this.ready = args.source === "pull" ? this.pulled(args) : this.built(name, args);
    this.registerOutputs({});
  }

  /** What has to be there before a container of these images starts. */
  of(names: readonly string[]): pulumi.Resource[] {
    const resources = names.map((name) => {
      const resource = this.ready.get(name);
      if (resource === undefined)
        throw new Error(`image ${name} is used, but it is not among the wanted ones; add it in stack.ts`);
      return resource;
    });
    return [...new Set(resources)];
  }

  private pulled({ wanted, provider }: ImagesArgs): Map<string, pulumi.Resource> {
    const pull = ({ name, reference }: WantedImage): pulumi.Resource =>
      new docker.RemoteImage(`image-${name}`, { name: reference, keepLocally: true }, { parent: this, provider });
    return new Map(wanted.map((image) => [image.name, pull(image)]));
  }

  private built(name: string, { wanted, host }: ImagesArgs): Map<string, pulumi.Resource> {
    const run = `node --require ./loader.js commands/images.ts ensure ${wanted.map((image) => image.name).join(" ")}`;
    const environment = { DOCKER_HOST: host, TAGS: wanted.map(({ reference }) => reference).join(" ") };
    const build = new command.local.Command(
      `${name}-build`,
      { create: run, update: run, environment },
      { parent: this },
    );
    return new Map(wanted.map((image) => [image.name, build]));
  }
}
