import { offerEngine, type Hands, type OfferOptions } from "../../engines/install";
import type { Facts } from "../../engines/install/facts";
import type { EngineStep } from "../../engines/install/plan";

const BARE: Facts = {
  platform: "linux",
  root: true,
  distributions: ["debian"],
  aptGet: true,
  dockerd: false,
  systemd: false,
  holder: undefined,
};
const INSTALLED: Facts = { ...BARE, dockerd: true };
const RUNNING: Facts = { ...INSTALLED, holder: { pid: 42, name: "dockerd" } };

/** What came of one offer. */
interface Offered {
  readonly lines: readonly string[];
  readonly questions: readonly string[];
  readonly done: readonly EngineStep[];
  readonly error?: Error;
}

/** Offers on a machine whose facts are the given ones in turn; nothing is really done. */
async function offer(
  facts: readonly Facts[],
  given: Partial<OfferOptions> & { answer?: boolean } = {},
): Promise<Offered> {
  const lines: string[] = [];
  const questions: string[] = [];
  const done: EngineStep[] = [];
  const left = [...facts];
  const hands: Hands = {
    facts: () => left.shift() ?? fail("the machine was looked at too often"),
    perform: (step) => Promise.resolve(void done.push(step)),
  };
  const ask = (question: string): Promise<boolean> => {
    questions.push(question);
    return Promise.resolve(given.answer ?? true);
  };
  const options = { yes: false, interactive: true, say: (line: string) => void lines.push(line), ask, ...given };
  const error: unknown = await offerEngine(options, hands).catch((reason: unknown) => reason);
  return { lines, questions, done, ...(error instanceof Error ? { error } : {}) };
}

const fail = (message: string): never => {
  throw new Error(message);
};

const NEXT = [
  "A container engine is needed. The next steps:",
  "    install Docker: apt-get update && apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 docker.io iptables",
  "    start it as a background process: dockerd, which logs to /var/log/mcp-gateway-stack-dockerd.log (after a reboot it has to be started again)",
];

describe("offerEngine", () => {
  it("says what it will do, asks, and does it", async () => {
    await expect(offer([BARE, INSTALLED])).resolves.toEqual({
      lines: NEXT,
      questions: ["Go ahead?"],
      done: [{ kind: "install" }, { kind: "start-process" }],
    });
  });

  it("does nothing when the answer is no", async () => {
    await expect(offer([BARE], { answer: false })).resolves.toEqual({
      lines: NEXT,
      questions: ["Go ahead?"],
      done: [],
      error: new Error(
        "Nothing was installed or started, as you answered. Start a container engine yourself, then repeat the command.",
      ),
    });
  });

  it.each([
    ["consent", { yes: true }, "Going ahead: it was agreed to beforehand."],
    ["no terminal", { interactive: false }, "Going ahead: there is no terminal to ask on."],
  ])("with %s goes ahead without a question and says so", async (_, given, line) => {
    await expect(offer([BARE, INSTALLED], given)).resolves.toEqual({
      lines: [...NEXT, line],
      questions: [],
      done: [{ kind: "install" }, { kind: "start-process" }],
    });
  });

  it("does not start what the package has started", async () => {
    const { done } = await offer([BARE, RUNNING]);
    expect(done).toEqual([{ kind: "install" }, { kind: "wait", pid: 42 }]);
  });

  it("waits without a question for an engine that is starting", async () => {
    await expect(offer([RUNNING], { answer: false })).resolves.toEqual({
      lines: [
        "A container engine is on its way:",
        "    wait for dockerd (process 42), which runs but does not answer yet",
      ],
      questions: [],
      done: [{ kind: "wait", pid: 42 }],
    });
  });

  it("only says what to do where it must not act", async () => {
    const { lines, questions, done, error } = await offer([{ ...BARE, root: false, systemd: true }], { yes: true });
    expect({ lines, questions, done }).toEqual({ lines: [], questions: [], done: [] });
    expect(error?.message).toBe(`Run
    sudo apt-get update && sudo apt-get install -y --no-install-recommends docker.io iptables
    sudo systemctl enable --now docker
    sudo usermod -aG docker $USER    (then log out and in again)
Then repeat the command.`);
  });
});
