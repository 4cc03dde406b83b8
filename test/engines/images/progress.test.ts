import { Step } from "../../../engines/images/progress";
import { run } from "../../../engines/images/run";

const sink = (isTTY: boolean): { text: string; isTTY: boolean; columns: number; write(text: string): void } => ({
  text: "",
  isTTY,
  columns: 40,
  write(text) {
    this.text += text;
  },
});

describe("Step", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it("gives a log one line at the start, one every ten seconds and one at the end", () => {
    const log = sink(false);
    const step = new Step("[3/9] x", "pulling", log);
    step.note("  pip\n install ");
    jest.advanceTimersByTime(12_000);
    step.end("done in");
    jest.advanceTimersByTime(60_000);
    expect(log.text).toBe("[3/9] x: pulling 0 s\n[3/9] x: pip install 10 s\n[3/9] x: done in 12 s\n");
  });

  it("keeps lines that are to stay apart from the one that moves", () => {
    const [log, terminal] = [sink(false), sink(true)];
    for (const each of [log, terminal]) {
      const step = new Step("images", "pulling 2", each);
      step.log("[1/2] x: pulled in 0 s");
      step.end("pulled 2 in");
    }
    expect(log.text).toBe("images: pulling 2 0 s\n[1/2] x: pulled in 0 s\nimages: pulled 2 in 0 s\n");
    const lines = terminal.text.split("\r\x1b[K").slice(1);
    expect(lines).toEqual([
      "images: pulling 2 0 s",
      "[1/2] x: pulled in 0 s\n",
      "images: pulling 2 0 s",
      "images: pulled 2 in 0 s\n",
    ]);
  });

  it("gives a terminal one line that moves and is never wider than it", () => {
    const terminal = sink(true);
    const step = new Step("[1/1] x", "a".repeat(60), terminal);
    jest.advanceTimersByTime(1_000);
    step.end("done in");
    const lines = terminal.text.split("\r\x1b[K").slice(1);
    expect(lines).toEqual([`[1/1] x: ${"a".repeat(30)}`, `[1/1] x: ${"a".repeat(30)}`, "[1/1] x: done in 1 s\n"]);
  });
});

describe("run", () => {
  it("fails with the program's last lines", async () => {
    const step = new Step("x", "y", sink(false));
    const script = "for i in $(seq 1 40); do echo line $i; done; echo boom >&2; exit 3";
    const failure = await run(step, "sh", ["-c", script]).catch((error: Error) => error.message);
    step.end("failed after");
    expect(failure).toMatch(/^sh -c ended with code 3; its last lines:\n/);
    expect(failure).toMatch(/ {4}line 40/);
    expect(failure).toMatch(/ {4}boom/);
    expect(failure).not.toMatch(/ {4}line 20\n/);
  });

  it("names a program that is not there", async () => {
    const step = new Step("x", "y", sink(false));
    await expect(run(step, "no-such-program", [])).rejects.toThrow(/^no-such-program cannot be started: /);
    step.end("failed after");
  });
});
