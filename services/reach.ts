/** Who reaches whom over the networks of the stack: pure. An end-to-end test asks every container. */
import { NETWORKS, type ServiceSpec } from "./spec";

/** What a container can connect to. */
export interface Reach {
  /** Services, sorted; whether they answer is their own matter. */
  readonly services: readonly string[];
  /** What this machine listens on, and everything beyond it. */
  readonly outside: boolean;
}

type Member = Pick<ServiceSpec, "name" | "networks">;

const meets = (one: Member, other: Member): boolean =>
  one.networks.some((network) => NETWORKS[network] !== "apart" && other.networks.includes(network));

/** By service, for all that run at the same time. */
export const reachOf = (specs: readonly Member[]): Readonly<Record<string, Reach>> =>
  Object.fromEntries(
    specs.map((spec) => [
      spec.name,
      {
        services: specs
          .filter((other) => other.name !== spec.name && meets(spec, other))
          .map(({ name }) => name)
          .sort(),
        outside: spec.networks.some((network) => NETWORKS[network] !== "closed"),
      },
    ]),
  );
