/** Installs and starts Docker where no engine answers, after the user has agreed. A running engine is left alone. */
import { Step, type Sink } from "./images/progress";
import { run } from "./images/run";
import { gatherFacts, systemPath, type Facts } from "./install/facts";
import { describe, INSTALL, LOG, planEngine, type EngineStep } from "./install/plan";
import { startDaemon, waitForEngine } from "./install/start";

export interface OfferOptions {
  /** The user has agreed already. */
  readonly yes: boolean;
  /** Whether somebody can answer a question. */
  readonly interactive: boolean;
  /** Shows a line. */
  readonly say: (line: string) => void;
  /** Asks a question that Enter answers with yes. */
  readonly ask: (question: string) => Promise<boolean>;
}

/** What is done to the machine; tests give another one. */
export interface Hands {
  readonly facts: () => Facts;
  readonly perform: (step: EngineStep, sink: Sink) => Promise<void>;
}

const SOCKET = "/var/run/docker.sock";
/** A cold dockerd answers in about 2 s; loading many containers takes it longer. */
const START_SECONDS = 30;
/** What is going on while Docker starts. */
const ANSWER = "waiting for an answer";

/** Runs `work` as a step with progress: its title, what it does, and the seconds so far. */
async function withProgress(
  title: string,
  doing: string,
  sink: Sink,
  work: (step: Step) => Promise<void>,
): Promise<void> {
  const step = new Step(title, doing, sink);
  try {
    await work(step);
    step.end("done");
  } catch (error) {
    step.end("failed");
    throw error;
  }
}

async function install(step: Step): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", PATH: systemPath(process.env.PATH ?? "") };
  for (const [program, ...args] of INSTALL) await run(step, program, args, { env });
}

async function startService(step: Step): Promise<void> {
  await run(step, "systemctl", ["start", "docker"]);
  const fault = await waitForEngine(SOCKET, START_SECONDS);
  if (fault !== undefined) throw new Error(`docker.service ${fault}; its log: journalctl -u docker`);
}

async function startProcess(): Promise<void> {
  const { pid, ended, lastLines } = startDaemon({ program: "dockerd", args: [], log: LOG });
  const fault = await waitForEngine(SOCKET, START_SECONDS, ended);
  if (fault !== undefined) throw new Error(`dockerd (process ${pid}) ${fault}; last lines of ${LOG}:\n${lastLines()}`);
}

async function waitForRunning(pid: number): Promise<void> {
  const fault = await waitForEngine(SOCKET, START_SECONDS);
  if (fault === undefined) return;
  throw new Error(`dockerd (process ${pid}) runs, but ${fault}. Look into its log, or stop it and repeat the command.`);
}

function perform(step: EngineStep, sink: Sink): Promise<void> {
  switch (step.kind) {
    case "install":
      return withProgress("installing Docker", "apt-get update", sink, install);
    case "start-service":
      return withProgress("starting Docker", ANSWER, sink, startService);
    case "start-process":
      return withProgress("starting Docker", ANSWER, sink, startProcess);
    case "wait":
      return withProgress("starting Docker", ANSWER, sink, () => waitForRunning(step.pid));
  }
}

const ON_THIS_MACHINE: Hands = { facts: gatherFacts, perform };

/** Says what is going to happen and asks where somebody can answer. @throws Error when the answer is no */
async function agree(steps: readonly EngineStep[], options: OfferOptions): Promise<void> {
  const { yes, interactive, say, ask } = options;
  const changes = steps.some(({ kind }) => kind !== "wait");
  say(changes ? "A container engine is needed. The next steps:" : "A container engine is on its way:");
  for (const step of steps) say(`    ${describe(step)}`);
  if (!changes) return;
  if (yes) return say("Going ahead: it was agreed to beforehand.");
  if (!interactive) return say("Going ahead: there is no terminal to ask on.");
  if (await ask("Go ahead?")) return;
  throw new Error(
    "Nothing was installed or started, as you answered. Start a container engine yourself, then repeat the command.",
  );
}

/**
 * Brings up an engine at /var/run/docker.sock on this machine, for which none was named and none answers.
 * @throws Error that says what the user has to do, where we cannot or must not act
 */
export async function offerEngine(options: OfferOptions, hands: Hands = ON_THIS_MACHINE): Promise<void> {
  const sink: Sink = { write: (text) => options.say(text.trimEnd()) };
  let steps = planEngine(hands.facts());
  await agree(steps, options);
  if (steps[0]?.kind === "install") {
    await hands.perform({ kind: "install" }, sink);
    // The package may have started it already.
    steps = planEngine(hands.facts()).filter(({ kind }) => kind !== "install");
  }
  for (const step of steps) await hands.perform(step, sink);
}
