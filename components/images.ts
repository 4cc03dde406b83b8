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

/** The images of one part of the stack: pulled by digest, or built from package registries. They outlive `destroy`. */
export class Images extends pulumi.ComponentResource {
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:Images", name, {}, opts);
    this.ready = args.source === "pull" ? this.pulled(args) : [this.built(name, args)];
    this.registerOutputs({});
  }

  private pulled({ wanted, provider }: ImagesArgs): pulumi.Resource[] {
    return wanted.map(
      ({ name, reference }) =>
        new docker.RemoteImage(`image-${name}`, { name: reference, keepLocally: true }, { parent: this, provider }),
    );
  }

  private built(name: string, { wanted, host }: ImagesArgs): pulumi.Resource {
    const run = `node --require tsx/cjs commands/images.ts ensure ${wanted.map((image) => image.name).join(" ")}`;
    const environment = { DOCKER_HOST: host, TAGS: wanted.map(({ reference }) => reference).join(" ") };
    return new command.local.Command(`${name}-build`, { create: run, update: run, environment }, { parent: this });
  }
}
