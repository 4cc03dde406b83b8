import { bool, Fields, labels, map, object, output, replaces, required, set, string } from "./types";

/** docker:index/network:Network as of plugin 5.2.0. */
export const networkFields: Fields = {
  attachable: bool(replaces),
  driver: string({ computed: true, forceNew: true }),
  ingress: bool(replaces),
  internal: bool({ computed: true, forceNew: true }),
  ipamConfigs: set(
    object({
      auxAddress: map(replaces),
      gateway: string(replaces),
      ipRange: string(replaces),
      subnet: string(replaces),
    }),
    { computed: true, forceNew: true },
  ),
  ipamDriver: string({ default: "default", forceNew: true }),
  ipamOptions: map(replaces),
  ipv6: bool(replaces),
  labels: labels(),
  name: string(required),
  options: map({ computed: true, forceNew: true }),
  scope: string(output),
};
