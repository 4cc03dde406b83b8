/**
 * Runs a part of the program against Pulumi's mocks: the one place that knows them. It shows what the program asks of the
 * engine, not what the engine or a plugin makes of it.
 */
import * as pulumi from "@pulumi/pulumi";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** One registered resource. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Name of the parent; undefined: none. */
  readonly parent: string | undefined;
  /** Name of the provider; undefined: the default one. */
  readonly provider: string | undefined;
  /** Names of the resources that the request says to wait for, sorted. */
  readonly after: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Up<T> {
  /** Every one, by name and type. */
  readonly resources: readonly Registered[];
  readonly value: T;
}

/** Resources get the id NAME-id and their inputs as outputs; calls of provider functions are faults. */
const MOCKS: pulumi.runtime.Mocks = {
  newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as Record<string, unknown> }),
  call: ({ token }) => {
    throw new Error(`the program called ${token}, which no test expects`);
  },
};

/** Name of a resource by its URN; undefined: none. */
const nameOf = (urn: string): string | undefined => (urn === "" ? undefined : urn.split("::")[3]);

const inputsOf = (request: RegisterResourceRequest): Registered["inputs"] => {
  const object = request.getObject();
  return object === undefined ? {} : (pulumi.runtime.deserializeProperties(object) as Registered["inputs"]);
};

const registered = (request: RegisterResourceRequest): Registered => ({
  type: request.getType(),
  name: request.getName(),
  parent: nameOf(request.getParent()),
  // A provider is referred to by URN::ID.
  provider: nameOf(request.getProvider()),
  after: request
    .getDependenciesList()
    .flatMap((urn) => nameOf(urn) ?? [])
    .sort(),
  inputs: inputsOf(request),
});

const byNameAndType = (a: Registered, b: Registered): number =>
  a.name === b.name ? Number(a.type > b.type) * 2 - 1 : Number(a.name > b.name) * 2 - 1;

/** Runs a program to its end. @throws whatever the program throws. */
export async function up<T>(program: () => T | Promise<T>): Promise<Up<T>> {
  await pulumi.runtime.setMocks(MOCKS, "mcp-gateway-stack", "dev", false);
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const resources: Registered[] = [];
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: RegisterResourceRequest, callback) => {
    resources.push(registered(request));
    return register(request, callback);
  };
  try {
    const value = await program();
    await pulumi.runtime.disconnect();
    return { value, resources: resources.sort(byNameAndType) };
  } finally {
    pulumi.runtime.disconnectSync();
  }
}

/** What an output comes to. */
export const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((value) => resolve(value)));
