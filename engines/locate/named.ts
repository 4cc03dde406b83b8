/** Which engine the user has named: by config, by an environment variable, or by a docker context. */
import { dockerContext } from "./context";
import { EngineUnreachable } from "./errors";

export interface Named {
  /** The address as it was written. */
  readonly text: string;
  /** What names it, such as "environment variable DOCKER_HOST". */
  readonly origin: string;
  /** What to do to name another one. */
  readonly change: string;
}

export interface Surroundings {
  /** `containerSocket` of the config; a value that the config took from CONTAINER_SOCKET is told as the variable's. */
  readonly containerSocket?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Home directory of the user. */
  readonly home: string;
}

/** Variables that make Docker's clients speak TLS over tcp://. */
const TLS_VARIABLES = ["DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"];

const variable = (name: string, env: Surroundings["env"]): Named | undefined => {
  const text = env[name];
  return text ? { text, origin: `environment variable ${name}`, change: `correct or unset ${name}` } : undefined;
};

function configured({ containerSocket, env }: Surroundings): Named | undefined {
  if (!containerSocket || containerSocket === env.CONTAINER_SOCKET) return undefined;
  return {
    text: containerSocket,
    origin: "config containerSocket",
    change: "correct it (pulumi config set containerSocket PATH) or remove it (pulumi config rm containerSocket)",
  };
}

/** The engine that was named, by Docker's own order after ours; undefined if none was. @throws EngineUnreachable for TLS */
export function namedEngine(from: Surroundings): Named | undefined {
  const named =
    configured(from) ??
    variable("CONTAINER_SOCKET", from.env) ??
    variable("DOCKER_HOST", from.env) ??
    dockerContext(from.env, from.home);
  const tls = TLS_VARIABLES.find((name) => from.env[name]);
  if (named === undefined || tls === undefined || !named.text.startsWith("tcp://")) return named;
  throw new EngineUnreachable(
    `${named.origin}: "${named.text}" needs TLS because ${tls} is set, which is not supported: unset ${tls}, or name the engine's socket`,
  );
}
