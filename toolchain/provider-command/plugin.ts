/** What the command plugin offers. The official one also has `remote` types; they are refused by name. */
import type { PluginOptions } from "../plugin/server";
import { commandResource } from "./command";
import { runFunction } from "./run";

/** The plugin, for {@link servePlugin} and the tests. */
export const commandPlugin: PluginOptions = {
  name: "command",
  version: "1.2.1",
  features: { acceptSecrets: true, supportsPreview: true, acceptResources: true, acceptOutputs: true },
  handlers: { "command:local:Command": commandResource },
  functions: { "command:local:run": runFunction },
};
