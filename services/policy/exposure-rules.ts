/** Rules about ports, secrets and limits. */
import { isLoopback, OWN_SIGN_IN } from "../exposure";
import { hasSecretForm, isSecret } from "./secret-forms";
import type { Finding, Rule, Subject } from "./subject";

/** Who publishes a port to other machines is asked for a sign-in there: by itself, or at the ingress. */
const guarded = ({ service, config }: Subject): boolean =>
  service.name === "traefik"
    ? config.auth !== "none" || config.allowUnauthenticated || !config.allowedSources.some(everybody)
    : OWN_SIGN_IN[service.name] !== undefined;

const everybody = (range: string): boolean => /\/0$/.test(range);

const ports: Rule = {
  name: "open-port",
  asks: "ports for other machines ask who connects: by a sign-in, or at the ingress by allowedSources",
  check: (subject) =>
    guarded(subject)
      ? []
      : subject.container.ports
          .filter(({ ip }) => !isLoopback(ip))
          .map(({ ip, external }) => ({
            found: `${ip}:${external} is published, and nobody has to sign in`,
            expected: "a sign-in, clients of allowedSources, or an address of this machine alone",
            next: "pulumi config set auth token, or pulumi config set bindAddress 127.0.0.1",
          })),
};

/** The value itself is never repeated: it may be one. */
function plainSecrets({ container }: Subject): string[] {
  const variables = container.envs.map((entry): [string, string] => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  const secret = variables.filter(([name, value]) => isSecret(name, value));
  const argument = (container.command ?? []).findIndex(hasSecretForm);
  return [
    ...secret.map(([name]) => `the variable ${name} has a value in plain text`),
    ...(argument < 0 ? [] : [`argument ${argument + 1} looks like a secret`]),
  ];
}

const secrets: Rule = {
  name: "plain-secret",
  asks: "secrets are files, never plain values of the config",
  check: (subject) =>
    plainSecrets(subject).map((found): Finding => ({
      found,
      expected: "a secret by reference: files are neither in the state nor in docker inspect",
      next: `put it into secretsFile and name it there, or remove it: pulumi config rm --path overrides.${subject.service.name}`,
    })),
};

const limits: Rule = {
  name: "memory-limit",
  asks: "every service has a memory limit",
  check: ({ container: { memory } }) =>
    memory > 0
      ? []
      : [{ found: `memory ${memory} MiB`, expected: "a limit", next: "set memoryMiB in the service's spec" }],
};

const health: Rule = {
  name: "health-check",
  asks: "every service that goes on running is asked whether it is healthy, or says who asks",
  check: ({ service: { health } }) => {
    const why = "externalOnly" in health ? health.externalOnly : undefined;
    const fine =
      "runsOnce" in health || (why !== undefined ? why !== "" : "command" in health && health.command.length > 0);
    return fine ? [] : [{ found: "no health check", expected: "a command", next: "set health in the service's spec" }];
  },
};

/** Ten minutes: an engine that stops waits for the slowest. */
const LONGEST_STOP_SECONDS = 600;

const stop: Rule = {
  name: "stop-time",
  asks: "every service has a time to end by itself",
  check: ({ container: { stopTimeout } }) =>
    stopTimeout >= 1 && stopTimeout <= LONGEST_STOP_SECONDS
      ? []
      : [
          {
            found: `${stopTimeout} s`,
            expected: `1 to ${LONGEST_STOP_SECONDS} s`,
            next: "set stopSeconds in the service's spec",
          },
        ],
};

export const EXPOSURE_RULES: readonly Rule[] = [ports, secrets, limits, health, stop];
