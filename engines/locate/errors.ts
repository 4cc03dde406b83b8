/** Why there is no engine to work with. */

/** The engine that the user named is not there, or its name cannot be used. No other engine is taken in its place. */
export class EngineUnreachable extends Error {
  override readonly name = "EngineUnreachable";
}

/** One place where an engine might have been. */
export interface Tried {
  /** Path of a socket, as it is looked for. */
  readonly place: string;
  /** Why there is no engine, such as "does not exist". */
  readonly reason: string;
}

/** No engine was named, and none answers at the usual places. */
export class EngineNotFound extends Error {
  override readonly name = "EngineNotFound";

  constructor(readonly tried: readonly Tried[]) {
    super(
      [
        "no container engine answers; tried",
        ...tried.map(({ place, reason }) => `    ${place}: ${reason}`),
        "start one, or name its socket: pulumi config set containerSocket PATH",
      ].join("\n"),
    );
  }
}
