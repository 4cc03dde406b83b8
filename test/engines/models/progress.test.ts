import { duration, Meter, progressLine, size } from "../../../engines/models/progress";

describe("size", () => {
  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1_000, "1.0 kB"],
    [99_950, "100 kB"],
    [491_400_032, "491 MB"],
    [2_497_280_736, "2.5 GB"],
    [5e15, "5000 TB"],
  ])("%d is %p", (bytes, text) => expect(size(bytes)).toBe(text));
});

describe("duration", () => {
  it.each([
    [0.2, "1 s"],
    [99, "99 s"],
    [101, "2 min"],
    [3_599, "1 h 0 min"],
    [7_500, "2 h 5 min"],
  ])("%d seconds are %p", (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe("progressLine", () => {
  it("tells bytes, rate and time left", () =>
    expect(progressLine(120e6, 491e6, 24e6)).toBe("120 MB of 491 MB at 24 MB/s, 16 s left, after"));
  it("leaves out what is not known", () => {
    expect(progressLine(120e6, undefined, 24e6)).toBe("120 MB at 24 MB/s, after");
    expect(progressLine(120e6, 491e6, 0)).toBe("120 MB of 491 MB, after");
  });
});

describe("Meter", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** Ten million bytes a second for so many seconds, after 100 MB of an earlier run. */
  function transfer(isTTY: boolean, seconds: number): string {
    let text = "";
    const sink = { isTTY, columns: 120, write: (more: string) => (text += more) };
    const meter = new Meter("model x", "asking host,", sink, 100e6);
    meter.total = 500e6;
    for (let second = 1; second <= seconds; second++) {
      meter.reach(100e6 + second * 10e6);
      jest.advanceTimersByTime(1_000);
    }
    meter.end("500 MB arrived after");
    return text;
  }

  it("gives a log one line every ten seconds, however much arrives", () =>
    expect(transfer(false, 25).split("\n")).toEqual([
      "model x: asking host, 0 s",
      "model x: 190 MB of 500 MB at 10 MB/s, 31 s left, after 10 s",
      "model x: 290 MB of 500 MB at 10 MB/s, 21 s left, after 20 s",
      "model x: 500 MB arrived after 25 s",
      "",
    ]));

  it("gives a terminal one line that moves", () => {
    const text = transfer(true, 3);
    expect(text.split("\r\x1b[K").slice(1)).toEqual([
      "model x: asking host, 0 s",
      "model x: asking host, 1 s",
      "model x: 110 MB of 500 MB at 10 MB/s, 39 s left, after 2 s",
      "model x: 120 MB of 500 MB at 10 MB/s, 38 s left, after 3 s",
      "model x: 500 MB arrived after 3 s\n",
    ]);
  });

  it("shows the rate of the last ten seconds", () => {
    let text = "";
    const meter = new Meter("model x", "asking host,", { write: (more: string) => (text += more) }, 0);
    meter.reach(1e9);
    jest.advanceTimersByTime(5_000);
    for (let second = 1; second <= 16; second++) {
      meter.reach(1e9 + second * 1e6);
      jest.advanceTimersByTime(1_000);
    }
    meter.end("stopped after");
    expect(text).toContain("model x: 1.0 GB at 1.0 MB/s, after 20 s\n");
  });
});
