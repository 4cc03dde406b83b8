import { LogReader, sinceSeconds } from "../../../commands/logs/lines";

/** A part of a log as engines frame it. */
function frame(text: string, stream = 1): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

describe("a log that arrives in pieces", () => {
  it("gives each line once it is complete", () => {
    const reader = new LogReader();
    expect(reader.add(frame("t1 one\nt2 tw"))).toEqual([{ time: "t1", text: "one" }]);
    expect(reader.add(frame("o\r\n"))).toEqual([{ time: "t2", text: "two" }]);
    expect(reader.end()).toEqual([]);
  });

  it("may be cut anywhere", () => {
    const reader = new LogReader();
    const bytes = frame("t1 größer\n");
    const lines = [...bytes].flatMap((byte) => reader.add(Buffer.from([byte])));
    expect(lines).toEqual([{ time: "t1", text: "größer" }]);
  });

  it("keeps the two streams apart", () => {
    const reader = new LogReader();
    const lines = [frame("t1 a"), frame("t2 b\n", 2), frame("a\n")].flatMap((piece) => reader.add(piece));
    expect(lines.map(({ text }) => text)).toEqual(["b", "aa"]);
  });

  it("may end without an end of line", () => {
    const reader = new LogReader();
    reader.add(frame("t1 half"));
    expect(reader.end()).toEqual([{ time: "t1", text: "half" }]);
  });
});

describe("--since", () => {
  it.each([
    ["30s", 970],
    ["10m", 400],
    ["0h", 1000],
    ["1970-01-01T00:00:07Z", 7],
  ])("understands %s", (text, seconds) => {
    expect(sinceSeconds(text, 1_000_900)).toBe(seconds);
  });

  it("refuses what it does not understand, and says what it would", () => {
    expect(() => sinceSeconds("yesterday", 0)).toThrow(
      '--since: "yesterday" is neither a time ago (30s, 10m, 2h, 1d) nor a date (2030-01-31T12:00:00Z)',
    );
  });
});
