import { Fields, labels, map, object, output, string } from "./types";

/** docker:index/volume:Volume as of plugin 5.2.0. */
export const volumeFields: Fields = {
  cluster: object(
    {},
    { unsupported: "cluster volumes need a swarm, which the stand-in does not cover; use the official docker plugin" },
  ),
  driver: string({ computed: true, forceNew: true }),
  driverOpts: map({ forceNew: true }),
  labels: labels(),
  mountpoint: string(output),
  name: string({ required: true, forceNew: true }),
};
