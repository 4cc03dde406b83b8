/** A toy provider that is listening, a real gRPC client of it, and the engine that takes its lines. */
import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { encode, Secret, type PropertyMap } from "../../../toolchain/plugin/properties";
import { listen } from "../../../toolchain/plugin/server";
import { toyProvider, type Seen } from "./toy-provider";

/** A resource below a component, with a name that looks like a separator. */
export const URN = "urn:pulumi:dev::trial::toy:index:Group$toy:index:Box::first::box";
/** Inputs with a secret in them. */
export const INPUTS = { size: 1, password: new Secret("p") };

/** What a test works with. */
export interface Toy {
  readonly seen: readonly Seen[];
  /** What the engine was told, in order. */
  readonly lines: readonly LogRequest.AsObject[];
  /** One call by the name of its method. */
  call<A>(method: keyof ResourceProviderClient, request: object): Promise<A>;
  stopEngine(): void;
  /** Resolves when the plugin has ended. */
  stop(): Promise<void>;
}

/** Starts all three. */
export async function startToy(): Promise<Toy> {
  const lines: LogRequest.AsObject[] = [];
  const engine = new Server();
  engine.addService(EngineService, {
    log: (call: { request: LogRequest }, answer: (error: null, empty: Empty) => void) => {
      lines.push(call.request.toObject());
      answer(null, new Empty());
    },
  });
  const { options, seen } = toyProvider();
  const plugin = await listen(options, `127.0.0.1:${await bound(engine)}`);
  const client = new ResourceProviderClient(`127.0.0.1:${plugin.port}`, credentials.createInsecure());
  return {
    seen,
    lines,
    call: (method, request) => send(client, method, request),
    stopEngine: () => engine.forceShutdown(),
    stop: async () => {
      await plugin.stop();
      client.close();
      engine.forceShutdown();
    },
  };
}

/** A request that creates {@link URN} in a preview, with a time limit. */
export function creation(inputs: PropertyMap): rpc.CreateRequest {
  return new rpc.CreateRequest().setUrn(URN).setProperties(encode(inputs)).setPreview(true).setTimeout(7);
}

function bound(engine: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

function send<A>(client: ResourceProviderClient, method: keyof ResourceProviderClient, request: object): Promise<A> {
  const unary = client[method] as (request: object, done: (error: ServiceError | null, answer: A) => void) => void;
  return new Promise((resolve, reject) => {
    unary.call(client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
