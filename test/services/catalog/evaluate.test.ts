import { evaluated, evaluatedText, unknownFilters } from "../../../services/catalog/evaluate";

const config = { k: { one: "/a", many: ["/a", "/b"], none: [], empty: null, number: 3 } };

// Each row is a case of the gateway's own tests (mcp-gateway v0.43.3, pkg/eval/evaluate_test.go), with keys of a server.
describe("the gateway's templates in a list", () => {
  it.each<[string, string[]]>([
    ["constant", ["constant"]],
    ["{{k.one}}", ["/a"]],
    ["{{ k . one }}", ["/a"]],
    ["{{k.number}}", ["3"]],
    ["{{k.unknown}}", [""]],
    ["{{k.many|volume|into}}", ["/a:/a", "/b:/b"]],
    ["{{k.one|volume}}", ["/a:/a"]],
    ["{{k.many|volume-target|into}}", ["/a", "/b"]],
    ["{{k.many|first}}", ["/a"]],
    ["{{k.many|last|into}}", ["/b"]],
    ["{{k.none|first}}", [""]],
    ["{{k.empty|or:default}}", ["default"]],
    ["{{k.one|or:default}}", ["/a"]],
    ["{{k.none|or:v}}", ["v"]],
    ["{{k.none|or:[]}}", []],
    ["{{k.none|or:[x,y]}}", ["x", "y"]],
    ["{{k.empty|mount_as:/path}}", [""]],
    ["{{k.one|mount_as: /logs:ro }}", ["/a:/logs:ro"]],
    ["{{k.many|mount_as:/path}}", ["/a:/path"]],
    ["--path={{k.one}}:{{k.number}}", ["--path=/a:3"]],
    ["--all={{k.many}}", ["--all=[/a /b]"]],
  ])("%s", (expression, made) => {
    expect(evaluated(expression, config)).toEqual(made);
  });

  it("are one text in a variable", () => {
    expect(evaluatedText("{{k.many}}", config)).toBe("[/a /b]");
  });
});

describe("a filter", () => {
  it("that the gateway would leave out is told", () => {
    expect(unknownFilters("{{k.one|upper|into}}-{{k.many | volume-targe }}")).toEqual(["upper", "volume-targe"]);
    expect(unknownFilters("{{k|volume|volume-target|into|first|last|or:[a|mount_as:/x}}")).toEqual([]);
  });
});
