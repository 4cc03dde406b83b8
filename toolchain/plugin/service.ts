/** The provider's gRPC methods: wire messages to plain requests and back. */
import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { EngineLog } from "./engine-log";
import type { CheckFailure, ResourceContext, ResourceHandler } from "./handlers";
import { diffResponse } from "./diff-response";
import { objectDiff } from "./object-diff";
import { decode, encode, type PropertyMap } from "./properties";
import type { PluginOptions } from "./server";
import { toServiceError } from "./status";

type Answer<Q, A> = (request: Q) => A | Promise<A>;
type Method = (call: ServerUnaryCall<never, unknown>, callback: sendUnaryData<unknown>) => void;

/** Methods by name, and what cancels the operations in progress. */
export interface ProviderService {
  readonly calls: Readonly<Record<string, Method>>;
  cancel(): void;
  /** Resolves when no call is under way. */
  idle(): Promise<void>;
}

/** Builds the service of a provider. The server answers UNIMPLEMENTED to every other call, as official providers do. */
export function providerService(options: PluginOptions, log: EngineLog): ProviderService {
  let abort = new AbortController();
  const cancel = (): void => {
    abort.abort(new Error("the update was cancelled"));
    abort = new AbortController();
  };
  const context: Contexts = (urn, type, name) => ({
    urn,
    type: type || (urn.split("::")[2]?.split("$").pop() ?? ""),
    name: name || urn.split("::").slice(3).join("::"),
    signal: abort.signal,
    log: (severity, message, how) => log.write({ urn, severity, message, status: how?.status ?? false }),
  });
  const running = new Set<Promise<void>>();
  const answer =
    <Q, A>(work: Answer<Q, A>): Method =>
    (call, callback) => {
      const ended = Promise.resolve(call.request as Q)
        .then(work)
        .finally(() => log.flush())
        .then(
          (result) => callback(null, result),
          (error: unknown) => callback(toServiceError(error)),
        )
        .finally(() => running.delete(ended));
      running.add(ended);
    };
  const calls = {
    ...pluginMethods(options, answer, cancel),
    ...resourceMethods(options, context, answer),
    invoke: invokeMethod(options, context, answer),
  };
  const idle = async (): Promise<void> => void (await Promise.allSettled(running));
  return { calls, cancel, idle };
}

type Contexts = (urn: string, type: string, name: string) => ResourceContext;
type Answering = <Q, A>(work: Answer<Q, A>) => Method;

function pluginMethods(options: PluginOptions, answer: Answering, cancel: () => void): Record<string, Method> {
  return {
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion(options.version)),
    checkConfig: answer(async (request: rpc.CheckRequest) => {
      const failures = (await options.checkConfig?.(decode(request.getNews()))) ?? [];
      return new rpc.CheckResponse().setInputs(request.getNews()).setFailuresList(failures.map(checkFailure));
    }),
    // Without a difference the engine would go on with the old configuration.
    diffConfig: answer((request: rpc.DiffRequest) =>
      diffResponse({ changes: objectDiff(ownConfig(request.getOldInputs()), ownConfig(request.getNews())) }),
    ),
    configure: answer(async (request: rpc.ConfigureRequest) => {
      await options.configure?.(decode(request.getArgs()));
      return configureResponse(options);
    }),
    cancel: answer(() => {
      cancel();
      return new Empty();
    }),
  };
}

/** A provider's configuration without what the engine adds to it. */
function ownConfig(struct: Struct | undefined): PropertyMap {
  const { version: _version, pluginDownloadURL: _url, ...config } = decode(struct);
  return Object.fromEntries(Object.entries(config).filter(([name]) => !name.startsWith("__")));
}

function configureResponse({ features }: PluginOptions): rpc.ConfigureResponse {
  return new rpc.ConfigureResponse()
    .setAcceptsecrets(features.acceptSecrets ?? false)
    .setSupportspreview(features.supportsPreview ?? false)
    .setAcceptresources(features.acceptResources ?? false)
    .setAcceptoutputs(features.acceptOutputs ?? false)
    .setSupportsAutonamingConfiguration(features.supportsAutonaming ?? false);
}

function resourceMethods(options: PluginOptions, context: Contexts, answer: Answering): Record<string, Method> {
  interface Addressed {
    getUrn(): string;
    getType(): string;
    getName(): string;
  }
  const on = <Q extends Addressed, A>(
    work: (handler: ResourceHandler, base: ResourceContext, request: Q) => A | Promise<A>,
  ): Method =>
    answer((request: Q) => {
      const base = context(request.getUrn(), request.getType(), request.getName());
      return work(handlerOf(options, base.type), base, request);
    });
  return {
    check: on(check),
    diff: on(diff),
    create: on(create),
    read: on(read),
    update: on(update),
    delete: on(remove),
  };
}

function handlerOf({ name, version, handlers }: PluginOptions, type: string): ResourceHandler {
  const handler = handlers[type];
  if (handler) return handler;
  throw new Error(
    `this stand-in of the ${name} plugin ${version} has no resource type "${type}" (it has: ${Object.keys(handlers).join(", ")}); ` +
      "install the official plugin to use it",
  );
}

const AUTONAMING = ["propose", "enforce", "disable"] as const;

async function check(
  handler: ResourceHandler,
  base: ResourceContext,
  request: rpc.CheckRequest,
): Promise<rpc.CheckResponse> {
  const naming = request.getAutonaming();
  const result = await handler.check({
    ...base,
    olds: decode(request.getOlds()),
    news: decode(request.getNews()),
    randomSeed: request.getRandomseed_asU8(),
    autonaming: naming && { proposedName: naming.getProposedName(), mode: AUTONAMING[naming.getMode()] ?? "propose" },
  });
  return new rpc.CheckResponse()
    .setInputs(encode(result.inputs))
    .setFailuresList((result.failures ?? []).map(checkFailure));
}

function checkFailure({ property, reason }: CheckFailure): rpc.CheckFailure {
  return new rpc.CheckFailure().setProperty(property).setReason(reason);
}

async function diff(
  handler: ResourceHandler,
  base: ResourceContext,
  request: rpc.DiffRequest,
): Promise<rpc.DiffResponse> {
  return diffResponse(
    await handler.diff({
      ...base,
      id: request.getId(),
      state: decode(request.getOlds()),
      oldInputs: decode(request.getOldInputs()),
      news: decode(request.getNews()),
      ignoreChanges: request.getIgnorechangesList(),
    }),
  );
}

async function create(
  handler: ResourceHandler,
  base: ResourceContext,
  request: rpc.CreateRequest,
): Promise<rpc.CreateResponse> {
  const { id, outputs } = await handler.create({
    ...base,
    inputs: decode(request.getProperties()),
    preview: request.getPreview(),
    timeoutSeconds: request.getTimeout(),
  });
  return new rpc.CreateResponse().setId(id).setProperties(encode(outputs));
}

async function read(
  handler: ResourceHandler,
  base: ResourceContext,
  request: rpc.ReadRequest,
): Promise<rpc.ReadResponse> {
  const found = await handler.read({
    ...base,
    id: request.getId(),
    state: decode(request.getProperties()),
    inputs: decode(request.getInputs()),
  });
  if (!found) return new rpc.ReadResponse();
  return new rpc.ReadResponse().setId(found.id).setProperties(encode(found.outputs)).setInputs(encode(found.inputs));
}

async function update(
  handler: ResourceHandler,
  base: ResourceContext,
  request: rpc.UpdateRequest,
): Promise<rpc.UpdateResponse> {
  const outputs = await handler.update({
    ...base,
    id: request.getId(),
    state: decode(request.getOlds()),
    oldInputs: decode(request.getOldInputs()),
    news: decode(request.getNews()),
    preview: request.getPreview(),
    timeoutSeconds: request.getTimeout(),
    ignoreChanges: request.getIgnorechangesList(),
  });
  return new rpc.UpdateResponse().setProperties(encode(outputs));
}

async function remove(handler: ResourceHandler, base: ResourceContext, request: rpc.DeleteRequest): Promise<Empty> {
  await handler.delete({
    ...base,
    id: request.getId(),
    state: decode(request.getProperties()),
    oldInputs: decode(request.getOldInputs()),
    timeoutSeconds: request.getTimeout(),
  });
  return new Empty();
}

function invokeMethod(options: PluginOptions, context: Contexts, answer: Answering): Method {
  return answer(async (request: rpc.InvokeRequest) => {
    const token = request.getTok();
    const invoke = options.functions?.[token];
    if (!invoke)
      throw new Error(
        `this stand-in of the ${options.name} plugin has no function "${token}"; install the official plugin to use it`,
      );
    const { outputs, failures } = await invoke({ ...context("", token, ""), args: decode(request.getArgs()) });
    const response = new rpc.InvokeResponse().setFailuresList((failures ?? []).map(checkFailure));
    return outputs ? response.setReturn(encode(outputs)) : response;
  });
}
