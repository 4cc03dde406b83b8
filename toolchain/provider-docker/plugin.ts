/** What the docker plugin's stand-in offers, and the engine that it is configured for. */
import type { PluginOptions } from "../plugin/server";
import { container } from "./container/container";
import { configFaults, readConfig } from "./engine/config";
import { connect, type Engine } from "./engine/connect";
import { getNetwork, getRemoteImage } from "./functions";
import { remoteImage } from "./image/remote-image";
import { network } from "./network";
import { toPlain } from "./plan/plain";
import { resourceHandler } from "./resource";
import { volume } from "./volume";

/**
 * The plugin, for {@link servePlugin} and the tests.
 *
 * @param changes to the connected engine, such as shorter waits
 */
export function dockerPlugin(changes: Partial<Engine> = {}): PluginOptions {
  let connected: Engine | undefined;
  const engine = (): Engine => {
    if (connected) return connected;
    throw new Error(
      "the address of the engine is not known yet: the provider's configuration depends on a resource that does not exist",
    );
  };
  return {
    name: "docker",
    version: "5.2.0",
    // The engine keeps secrets apart by itself: it marks outputs that have the name of a secret input.
    features: { acceptSecrets: false, supportsPreview: true, supportsAutonaming: true },
    handlers: {
      "docker:index/container:Container": resourceHandler(container, engine),
      "docker:index/network:Network": resourceHandler(network, engine),
      "docker:index/remoteImage:RemoteImage": resourceHandler(remoteImage, engine),
      "docker:index/volume:Volume": resourceHandler(volume, engine),
    },
    functions: {
      "docker:index/getNetwork:getNetwork": getNetwork(engine),
      "docker:index/getRemoteImage:getRemoteImage": getRemoteImage(engine),
    },
    checkConfig: (config) => configFaults(toPlain(config)),
    configure: async (config) => {
      const read = readConfig(toPlain(config));
      connected = read && { ...(await connect(read)), ...changes };
    },
  };
}
