import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { labelFilter } from "../engines/container-args";

export interface ServerContainersArgs {
  /** Address of the engine, as in DOCKER_HOST: unix:///PATH or tcp://HOST:PORT. */
  readonly host: string;
  /** Labels that every one of these containers carries. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Removes the containers with given labels. It is kept in the state and must run from any directory, so it needs
 * nothing but Node: no file of the checkout, no package, no container client.
 */
const REMOVE = `
const http = require("node:http");
const { ENGINE_HOST, LABELS } = process.env;
const address = ENGINE_HOST.startsWith("unix://") ? { socketPath: ENGINE_HOST.slice(7) } : { host: new URL(ENGINE_HOST).hostname, port: new URL(ENGINE_HOST).port };
const call = (method, path) => new Promise((resolve, reject) => {
  const request = http.request({ ...address, method, path }, (response) => {
    let body = "";
    response.on("data", (part) => (body += part));
    response.on("end", () => resolve({ status: response.statusCode, body }));
  });
  request.on("error", reject);
  request.end();
});
(async () => {
  const filters = encodeURIComponent(JSON.stringify({ label: JSON.parse(LABELS) }));
  const list = await call("GET", "/containers/json?all=1&filters=" + filters);
  if (list.status !== 200) throw new Error("the engine answered " + list.status + ": " + list.body);
  for (const { Id } of JSON.parse(list.body)) {
    const { status, body } = await call("DELETE", "/containers/" + Id + "?force=1&v=1");
    if (![204, 404, 409].includes(status)) throw new Error("removing " + Id + ": " + status + " " + body);
  }
})().catch((error) => { console.error("server containers: " + error.message); process.exit(1); });
`.trim();

/** The containers that the gateway starts by itself: nothing to create, but they are gone after `destroy`. */
export class ServerContainers extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource;

  constructor(name: string, { host, labels }: ServerContainersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:ServerContainers", name, {}, opts);
    const wanted = labelFilter(labels);
    this.ready = new command.local.Command(
      `${name}-removal`,
      {
        create: "true",
        update: "true",
        delete: `node -e '${REMOVE}'`,
        environment: { ENGINE_HOST: host, LABELS: JSON.stringify(wanted) },
      },
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
