import { checkCode, updateText } from "../../commands/update";
import type { Asked } from "../../engines/images/newer";

const [A, B] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
const asked = (name: string, now: string | undefined, registry: string | undefined, reason?: string): Asked => ({
  name,
  reference: `docker.io/some/${name}:1`,
  now,
  registry,
  ...(reason === undefined ? {} : { reason }),
});
const SAME = asked("same", A, A);
const NEWER = asked("newer", A, B);
const FIRST = asked("first", undefined, B);
const GONE = asked("gone", A, undefined, "no such host\nand more");
const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, "");

it("what is newer is shown from old to new, what could not be asked with its reason", () => {
  expect(plain(updateText([SAME, NEWER, FIRST, GONE], {}))).toBe(
    [
      "Image  Digest",
      "newer  sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb",
      "first  none → sha256:bbbbbbbbbbbb",
      "",
      "Could not be asked  Why",
      "gone                docker.io/some/gone:1: no such host",
      "",
      "2 newer, 1 up to date, 1 could not be asked",
    ].join("\n"),
  );
});

it("a digest that the stack's config sets is said to go first", () => {
  expect(plain(updateText([NEWER, SAME], { newer: A, same: A }))).toContain(
    "\n\nnewer: config imageDigests.newer goes before the lock\n\n",
  );
});

it.each([
  ["nothing is newer", [SAME], 0],
  ["something is", [SAME, NEWER, GONE], 1],
  ["nobody could say", [SAME, GONE], 2],
] as const)("the exit code of --check when %s", (_what, all, code) => {
  expect(checkCode(all)).toBe(code);
});
