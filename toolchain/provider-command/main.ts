/** Stand-in of Pulumi's command plugin 1.2.1, for machines that cannot download it: `local.Command`, `local.run`. */
import { servePlugin } from "../plugin/server";
import { commandPlugin } from "./plugin";

servePlugin(commandPlugin);
