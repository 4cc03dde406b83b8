/** Who reaches whom, asked from inside every container and held against what is declared; a part of signed-in-bundles.test.ts. */
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { configOf } from "../../support/config";
import { startOutside, type Outside } from "../../support/outside";
import { reachedFrom, type Target } from "../../support/reach-probe";
import type { TestStack } from "../../support/stack";
import { reachOf, type Reach } from "../../../services/reach";
import { planStack, servicesOf } from "../../../stack";

const HOST = "what the host listens on";
const OUTSIDE = "the world";
/** No service listens there, so the machine itself answers that nobody does. */
const ANY_PORT = 9;

/** Services as they are planned with this config. */
function declared(set: Readonly<Record<string, string>>): Record<string, Reach> {
  const { plan, faults } = planStack(configOf({ imageSource: "build", secretsFile: "/nonexistent", ...set }));
  if (plan === undefined) throw new Error(faults.join("; "));
  return { ...reachOf(servicesOf(plan)) };
}

const serviceOf = ({ Labels }: { Labels: Record<string, string> }): string => Labels["mcp-stack.service"] ?? "";

/** Every address of every container, what the host listens on at each of its own, and one beyond it. */
async function targetsOf(stack: TestStack, hostPort: number, outside: URL): Promise<Target[]> {
  const containers = await stack.containers();
  const networks = containers.flatMap((container) =>
    Object.values(container.NetworkSettings.Networks).map((network) => ({ name: serviceOf(container), ...network })),
  );
  const services = networks.map(({ name, IPAddress }) => ({ name, address: IPAddress, port: ANY_PORT }));
  const gateways = [...new Set(networks.map(({ Gateway }) => Gateway))].filter(Boolean);
  const ofHost = gateways.map((address) => ({ name: HOST, address, port: hostPort }));
  return [...services, ...ofHost, { name: OUTSIDE, address: outside.hostname, port: 80 }];
}

/** Declares the tests; `set` is what the stack's bundles and sign-in are made of. */
export function reachTests(stack: () => TestStack, set: Readonly<Record<string, string>>): void {
  describe("over the stack's networks", () => {
    let outside: Outside;
    let host: http.Server;
    beforeAll(async () => {
      outside = await startOutside();
      host = http.createServer((_, answer) => answer.end("host")).listen(0, "0.0.0.0");
      await once(host, "listening");
    });
    afterAll(async () => {
      host.close();
      await outside.remove();
    });

    it("every container reaches what is declared for it, and nothing else", async () => {
      const { port } = host.address() as AddressInfo;
      const [wanted, all] = [declared(set), await targetsOf(stack(), port, new URL(outside.url))];
      const found: Record<string, Reach> = {};
      for (const container of await stack().containers()) {
        const name = serviceOf(container);
        const reached = await reachedFrom(stack().docker, container.Id, all);
        const services = [...reached].filter((one) => ![HOST, OUTSIDE, name].includes(one)).sort();
        // Both or neither: there is no network that leads to one of them alone.
        expect([name, reached.has(HOST)]).toEqual([name, reached.has(OUTSIDE)]);
        found[name] = { services, outside: reached.has(OUTSIDE) };
      }
      expect(found).toEqual(wanted);
    });
  });
}
