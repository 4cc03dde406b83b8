/** The password of the database's superuser, which the database keeps with its data. */
import { Readable } from "node:stream";
import type Docker from "dockerode";
import type { Config } from "../../config";
import { resourceName } from "../../engines/container-args";
import { execText } from "../../engines/exec";
import { POSTGRES } from "../../services/dify/postgres";

/** Of the role that the one-shot `dify-database` signs in as. */
const ROLE = "postgres";

/**
 * Tells the running database, by its own socket, where it trusts whoever gets in. The statement comes by standard input, so
 * the password is on no command line; it is not logged either, because only failing statements are.
 *
 * @throws Error when the database does not run, or does not take it
 */
export async function setDatabaseRoot(docker: Docker, config: Config, password: string): Promise<void> {
  const container = docker.getContainer(resourceName(config, POSTGRES));
  const running = await container.inspect().then(
    ({ State }) => State.Running,
    () => false,
  );
  if (!running)
    throw new Error(`${POSTGRES} does not run, and only it can take a new password; bring it up first: npm run up`);
  const command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", ROLE, "-d", "postgres", "-f", "-"];
  // Generated in base64url: no quote can be in it.
  const input = Readable.from([Buffer.from(`ALTER ROLE ${ROLE} PASSWORD '${password}';\n`)]);
  await execText(container, { command, input }).catch(({ message }: Error) => {
    const reason = message.replaceAll(password, "…");
    throw new Error(`${POSTGRES} did not take the new password: ${reason}; nothing was changed`);
  });
}
