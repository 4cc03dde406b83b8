/** Starts a provider plugin: serves the calls that the Pulumi engine makes, and prints the port it listens on. */
import { setTimeout as sleep } from "node:timers/promises";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./engine-log";
import type { Awaitable, CheckFailure, InvokeHandler, ResourceHandler } from "./handlers";
import type { PropertyMap } from "./properties";
import { providerService } from "./service";

/** What the provider tells the engine it can do; see plugin.Features in the documentation of `Configure`. */
export interface Features {
  /** Secrets arrive as Secret values. Without it the engine sends plain values and marks outputs itself. */
  readonly acceptSecrets?: boolean;
  /** Create and Update are also called in previews. */
  readonly supportsPreview?: boolean;
  readonly acceptResources?: boolean;
  readonly acceptOutputs?: boolean;
  /** Check receives the stack's wishes for automatic names. */
  readonly supportsAutonaming?: boolean;
}

export interface PluginOptions {
  /** Package name, e.g. "docker". */
  readonly name: string;
  /** Version without a leading "v". */
  readonly version: string;
  readonly features: Features;
  /** Resource types by token. */
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
  /** Functions by token. */
  readonly functions?: Readonly<Record<string, InvokeHandler>>;
  /** Faults in the provider's configuration. */
  readonly checkConfig?: (config: PropertyMap) => Awaitable<readonly CheckFailure[]>;
  /** Called once before any resource; an error fails the update. */
  readonly configure?: (config: PropertyMap) => Awaitable<void>;
}

/** Largest message either way, the same as in Pulumi's own plugins: 400 MiB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

const UNDO_MS = 4_000;

/** A provider that is listening. */
export interface RunningPlugin {
  readonly port: number;
  /**
   * Cancels running operations (as a signal would) and stops listening. Resolves when they have undone what they were
   * at, or after 4 s: the engine kills plugins 5 s after it asked them to end.
   */
  stop(): Promise<void>;
}

/**
 * Listens on a free port of the loopback address. For tests; plugins call {@link servePlugin}.
 *
 * @param engineAddress "host:port" of the engine's log, if there is one
 */
export async function listen(options: PluginOptions, engineAddress?: string): Promise<RunningPlugin> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  const { calls, cancel, idle } = providerService(options, new EngineLog(engineAddress));
  server.addService(ResourceProviderService, calls as UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    stop: async () => {
      cancel();
      await Promise.race([idle(), sleep(UNDO_MS, undefined, { ref: false })]);
      server.forceShutdown();
    },
  };
}

/**
 * Runs the plugin for the life of the process: the engine's address is the last argument that is no flag, the port is
 * the first line on standard output. The process ends on SIGINT, SIGTERM and when its parent is gone.
 */
export function servePlugin(options: PluginOptions): void {
  const engineAddress = process.argv
    .slice(2)
    .filter((argument) => !argument.startsWith("-"))
    .pop();
  listen(options, engineAddress).then(
    (plugin) => {
      // Before the port is told: whoever reads it may end us at once.
      endWithParent(() => void plugin.stop().then(() => process.exit(0)));
      process.stdout.write(`${plugin.port}\n`);
    },
    (error: unknown) => {
      process.stderr.write(`pulumi-resource-${options.name}: cannot listen on 127.0.0.1: ${String(error)}\n`);
      process.exit(1);
    },
  );
}

/**
 * Calls `end` once, on SIGINT or SIGTERM and when the parent process is gone (looked at every second): a killed engine
 * must leave no plugin behind.
 */
export function endWithParent(end: () => void): void {
  const parent = process.ppid;
  let ended = false;
  const once = (): void => {
    if (ended) return;
    ended = true;
    end();
  };
  process.on("SIGINT", once).on("SIGTERM", once);
  setInterval(() => {
    if (process.ppid !== parent) once();
  }, 1000).unref();
}
