/** Stand-in of Pulumi's docker plugin 5.2.0, for machines that cannot download it: Container, Network, RemoteImage, Volume. */
import { servePlugin } from "../plugin/server";
import { dockerPlugin } from "./plugin";

servePlugin(dockerPlugin());
