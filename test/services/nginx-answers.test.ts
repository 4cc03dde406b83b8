import { indent, reply } from "../../services/nginx-answers";

describe("reply", () => {
  it("is a JSON answer in single quotes", () => {
    expect(reply({ status: 404, type: "unknown", message: "no x" })).toBe(
      `return 404 '{"error":{"status":404,"type":"unknown","message":"no x"}}';`,
    );
  });

  it.each([["it's"], ['say "x"'], ["a\\b"], ["two\nlines"]])(
    "refuses %j, which would end or change the text in nginx.conf",
    (message) => {
      expect(() => reply({ status: 404, type: "unknown", message })).toThrow(
        new Error("the answer unknown holds a quote or backslash, which nginx.conf cannot carry"),
      );
    },
  );
});

describe("indent", () => {
  it("moves every line but empty ones", () => {
    expect(indent("a {\n\n  b\n}", 2)).toBe("  a {\n\n    b\n  }");
  });
});
