import { execFileSync } from "node:child_process";
import { shellWord, usedVariables, withoutVariables } from "../../../services/catalog/expand";

const KNOWN = new Set(["TOKEN", "USER_1"]);
const shell = (word: string): string =>
  execFileSync("/bin/sh", ["-c", `printf '%s|' ${word}`], {
    encoding: "utf8",
    env: { TOKEN: "a b'c$HOME", USER_1: "me", PATH: process.env["PATH"] },
  });

describe("variables in the catalog's texts", () => {
  it.each([
    ["plain", "plain|"],
    ["", "|"],
    ["$TOKEN", "a b'c$HOME|"],
    ["Bearer ${TOKEN}, '$USER_1'", "Bearer a b'c$HOME, 'me'|"],
    ["$HOME`id`$(id)", "`id`$(id)|"],
    ["${OTHER}x $9 5$", "x  5$|"],
    ['it\'s \\ "quoted" *', `it's \\ "quoted" *|`],
  ])("%s is one word of a shell", (text, made) => {
    expect(shell(shellWord(text, KNOWN))).toBe(made);
  });

  it("are found by name, and gone without a value", () => {
    expect(usedVariables("$TOKEN ${USER_1} $HOME", KNOWN)).toEqual(["TOKEN", "USER_1"]);
    expect(withoutVariables("a${X}b$Y-c$")).toBe("ab-c$");
  });
});
