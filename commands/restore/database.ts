/** Loads the dump of a database into a new data directory, before the service itself is there. */
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { pipeline } from "node:stream/promises";
import type { Config } from "../../config";
import { containerArgs, resourceName, type Placement } from "../../engines/container-args";
import { POSTGRES as DUMP } from "../../engines/backup/format";
import { readArchive } from "../../engines/backup/read-archive";
import { execText } from "../../engines/exec";
import { removeThing } from "../../engines/of-stack";
import { createOptions } from "../../engines/run-once/options";
import { POSTGRES, postgresService } from "../../services/dify/postgres";
import type { StackPlan } from "../../stack";
import { say } from "../ask";
import type { Verified } from "./archive";

/** Longest wait for a new database, and for it to write everything and end, in seconds. */
const [START_SECONDS, STOP_SECONDS] = [120, 120];
const RESTORER = `${POSTGRES}-restore`;
const LOOK_MS = 500;

/** The superuser is there from the beginning; only in front of the first database's data can this line be a statement. */
const LOAD = String.raw`sed '1,/^\\connect/{/^CREATE ROLE postgres;$/d}' | psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres -f - >/dev/null`;

/** Engines differ in how a file system in memory is given to its user. */
type Place = Config & Pick<Placement, "engineName">;

/** The service as it will be, but for itself: no network, no health check, another name. */
function options(place: Place, plan: StackPlan): Docker.ContainerCreateOptions {
  const spec = plan.dify?.services.postgres ?? postgresService();
  const image = plan.reference(spec.image);
  const args = containerArgs(
    { ...spec, name: RESTORER, networks: [] },
    { ...place, engineSocket: "", image, generations: [] },
  );
  return { ...createOptions(args), Labels: {} };
}

/** By network: while the image prepares a new directory, its server listens on a socket only. */
async function ready(container: Docker.Container): Promise<void> {
  const end = Date.now() + START_SECONDS * 1000;
  for (;;) {
    const { State } = await container.inspect();
    if (!State.Running)
      throw new Error(`${POSTGRES} ended while it made a new directory (exit code ${State.ExitCode})`);
    const asked = execText(container, { command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"] });
    if (
      await asked.then(
        () => true,
        () => false,
      )
    )
      return;
    if (Date.now() > end) throw new Error(`${POSTGRES} does not answer after ${START_SECONDS} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function load(container: Docker.Container, { file, key }: Verified): Promise<void> {
  const script = new PassThrough();
  const read = readArchive(file, key, async ({ name }, content) => {
    if (name.startsWith(DUMP)) await pipeline(content, script, { end: false });
  }).then(() => script.end());
  read.catch((error: Error) => script.destroy(error));
  await Promise.all([execText(container, { command: ["/bin/sh", "-euc", LOAD], input: script }), read]);
}

/** Ends it as the service is ended, so that its files are whole. */
async function endCleanly(container: Docker.Container): Promise<void> {
  await container.kill({ signal: "SIGINT" });
  const { StatusCode } = (await container.wait({ abortSignal: AbortSignal.timeout(STOP_SECONDS * 1000) })) as {
    StatusCode: number;
  };
  if (StatusCode !== 0) throw new Error(`${POSTGRES} did not end cleanly (exit code ${StatusCode})`);
}

/** Ends what a restore that was cut off may have left running on the data. */
export function removeRestorer(docker: Docker, config: Config): Promise<void> {
  const name = resourceName(config, RESTORER);
  return removeThing(docker, { kind: "container", id: name, name });
}

/** @throws Error with what the database says; the data directory is not whole then */
export async function loadDatabase(docker: Docker, place: Place, plan: StackPlan, archive: Verified): Promise<void> {
  say(`${POSTGRES}: loading the dump`);
  const wanted = options(place, plan);
  const container = await docker.createContainer(wanted);
  try {
    await container.start();
    await ready(container);
    await load(container, archive);
    await endCleanly(container);
  } finally {
    await container.remove({ force: true, v: true });
  }
}
