/** Whether an engine shows containers who their clients are: pure. */

/** What an engine says of itself, as far as it matters here. */
export interface EngineNature {
  readonly desktop: boolean;
  /** Such as "name=rootless" (Docker; Podman's compatible API says the same). */
  readonly securityOptions: readonly string[];
  /** Release of its kernel; undefined: it does not say. */
  readonly kernel: string | undefined;
}

/** From where it is asked. */
export interface AskedFrom {
  /** By a socket of this machine. */
  readonly local: boolean;
  readonly platform: NodeJS.Platform;
  /** Release of this machine's kernel. */
  readonly kernel: string;
}

/** Whether an engine has a security option, such as "rootless": they are written "name=rootless" or "name=seccomp,profile=default". */
export const hasSecurityOption = ({ securityOptions }: Pick<EngineNature, "securityOptions">, name: string): boolean =>
  securityOptions.some((option) => option.split(",").includes(`name=${name}`));

/**
 * Why containers see an address of the engine in place of their client's, so that `allowedSources` cannot tell clients
 * apart; undefined: they see the client's. Rules of the kernel keep it (destination NAT), programs that forward do not.
 */
export function hidesClients(engine: EngineNature, from: AskedFrom): string | undefined {
  if (engine.desktop) return "Docker Desktop forwards connections into its virtual machine";
  if (hasSecurityOption(engine, "rootless"))
    return "the engine runs without root, and forwards connections by a program of its own";
  if (!from.local) return undefined;
  if (from.platform !== "linux") return "the engine runs in a virtual machine, into which connections are forwarded";
  return engine.kernel === undefined || engine.kernel === from.kernel
    ? undefined
    : `the engine runs in a virtual machine (kernel ${engine.kernel}, here ${from.kernel}), into which connections are forwarded`;
}
