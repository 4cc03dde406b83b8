/** Debian's package manager in tests. */
import { execFile } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { withLock } from "../../engines/images/exclusive";

const run = promisify(execFile);
/** Tests run beside each other, and apt-get gives up where another holds its lists. */
const LOCK = path.join(os.tmpdir(), "mcp-stack-tests-apt.lock");

/** Runs apt-get; when that fails, once more with new package lists, which new machines have none of. */
export async function aptGet(args: readonly string[], cwd?: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const call = (...given: readonly string[]) => run("apt-get", given, { cwd, env, maxBuffer: 64 * 2 ** 20 });
  await withLock(LOCK, process.stderr, async () => {
    try {
      await call(...args);
    } catch {
      await call("update");
      await call(...args);
    }
  });
}
