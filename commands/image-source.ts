/** Where images come from on this machine: found out once, then recorded in the stack's config. */

/** Docker Hub's registry; any answer of it, also "unauthorized", means that images can be pulled. */
const REGISTRY = "https://registry-1.docker.io/v2/";
/** Longest wait for it, in milliseconds. */
const TIMEOUT_MS = 3_000;

/** `pull` if the registry answers in time, else `build`. */
export async function findImageSource(registry = REGISTRY, timeoutMs = TIMEOUT_MS): Promise<"pull" | "build"> {
  // Loaded here: it is needed once in a stack's life. Node's own fetch does not know proxies.
  const { EnvHttpProxyAgent, fetch } = await import("undici");
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(registry, { signal, dispatcher, redirect: "manual" });
    // A proxy that refuses the host answers with an error of its own; registries name their API.
    return answer.headers.has("docker-distribution-api-version") ? "pull" : "build";
  } catch {
    return "build";
  } finally {
    await dispatcher.destroy();
  }
}

/** What helps where Docker Hub does not answer, and another registry does. */
export const NAME_A_MIRROR = `name a mirror: pulumi config set --path 'imageRegistry["docker.io"]' HOST`;

/** What is recorded, and what is said of it. */
export interface Choice {
  readonly source: "pull" | "build";
  readonly why: string;
}

/** Building only where it can be done: what is recorded counts from then on, also when the registry answers again. */
export function chooseSource(found: "pull" | "build", fault: string | undefined): Choice {
  const change = (other: string): string => `to change that: pulumi config set imageSource ${other}`;
  if (found === "pull")
    return { source: "pull", why: `images: pulled by digest, since Docker Hub answers; ${change("build")}` };
  const silent = `Docker Hub does not answer this machine`;
  if (fault === undefined) return { source: "build", why: `images: built here, since ${silent}; ${change("pull")}` };
  return {
    source: "pull",
    why: `images: pulled by digest, although ${silent}: they cannot be built here (${fault}); to ${NAME_A_MIRROR}`,
  };
}
