import { parametersOf } from "../../commands/tools";

it("the arguments of a tool are an object of JSON", () => {
  expect(parametersOf("time", '{"timezone": "UTC"}')).toEqual({ timezone: "UTC" });
});

it.each([
  [
    "{timezone: UTC}",
    /^the arguments of time, \{timezone: UTC\}, are no JSON \(.*\); write one in quotes, such as npm run call -- time '/,
  ],
  ["[1]", /^the arguments of time, \[1\], are no JSON object; write one/],
  ["null", /are no JSON object/],
])("and not %s", (text, message) => {
  expect(() => parametersOf("time", text)).toThrow(message);
});
