/** Who reaches whom, asked from inside every container and held against what is declared; a part of signed-in-bundles.test.ts. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { configOf } from "../../support/config";
import { startOutside, type Outside } from "../../support/outside";
import { listenIn, reachedFrom, silence, type Target } from "../../support/reach-probe";
import type { TestStack } from "../../support/stack";
import { reachOf, type Reach } from "../../../services/reach";
import { planStack, servicesOf } from "../../../stack";

const HOST = "what the host listens on";
const OUTSIDE = "the world";
/** In containers, where none of the services listens. */
const PORT = 47_999;

/** Services as they are planned with this config. */
function declared(set: Readonly<Record<string, string>>): Record<string, Reach> {
  const { plan, faults } = planStack(configOf({ imageSource: "build", ...set }));
  if (plan === undefined) throw new Error(faults.join("; "));
  return { ...reachOf(servicesOf(plan)) };
}

/** Of a service's listener; no name is part of another's. */
const wordOf = (name: string): string => `<${name}>`;

const serviceOf = ({ Labels }: { Labels: Record<string, string> }): string => Labels["mcp-stack.service"] ?? "";

/** Every address of every container, what the host listens on at each of its own, and one beyond it. */
async function targetsOf(stack: TestStack, hostPort: number, outside: Outside): Promise<Target[]> {
  const containers = await stack.containers();
  const networks = containers.flatMap((container) =>
    Object.values(container.NetworkSettings.Networks).map((network) => ({ name: serviceOf(container), ...network })),
  );
  const services = networks.map(({ name, IPAddress }) => ({
    name,
    address: IPAddress,
    port: PORT,
    says: wordOf(name),
  }));
  const gateways = [...new Set(networks.map(({ Gateway }) => Gateway))].filter(Boolean);
  const ofHost = gateways.map((address) => ({ name: HOST, address, port: hostPort, says: HOST }));
  return [
    ...services,
    ...ofHost,
    { name: OUTSIDE, address: new URL(outside.url).hostname, port: 80, says: outside.body },
  ];
}

/** Declares the tests; `set` is what the stack's bundles and sign-in are made of. */
export function reachTests(stack: () => TestStack, set: () => Readonly<Record<string, string>>): void {
  describe("over the stack's networks", () => {
    let outside: Outside;
    let host: http.Server;
    let listeners: readonly ChildProcess[] = [];
    beforeAll(async () => {
      outside = await startOutside();
      host = http.createServer((_, answer) => answer.end(HOST)).listen(0, "0.0.0.0");
      await once(host, "listening");
      const containers = await stack().containers();
      listeners = await Promise.all(
        containers.map((container) => listenIn(stack().docker, container.Id, PORT, wordOf(serviceOf(container)))),
      );
    });
    afterAll(async () => {
      await silence(listeners);
      host.close();
      await outside.remove();
    });

    it("every container reaches what is declared for it, and nothing else", async () => {
      const { port } = host.address() as AddressInfo;
      const [wanted, all] = [declared(set()), await targetsOf(stack(), port, outside)];
      const found: Record<string, Reach> = {};
      for (const container of await stack().containers()) {
        const name = serviceOf(container);
        const reached = await reachedFrom(stack().docker, container.Id, all);
        expect([name, reached.has(name)]).toEqual([name, true]);
        const services = [...reached].filter((one) => ![HOST, OUTSIDE, name].includes(one)).sort();
        // Both or neither: there is no network that leads to one of them alone.
        expect([name, reached.has(HOST)]).toEqual([name, reached.has(OUTSIDE)]);
        found[name] = { services, outside: reached.has(OUTSIDE) };
      }
      expect(found).toEqual(wanted);
    });
  });
}
