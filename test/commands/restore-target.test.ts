import fs from "node:fs";
import { writeConfig } from "../../commands/restore/target";
import type { Verified } from "../../commands/restore/archive";
import { stackFile } from "../../commands/stack-config";
import { configOf } from "../support/config";

const STACK = `unit-restore-${process.pid}`;
const file = stackFile(STACK);
const COPIES = ["", "-2", "-3"].map((number) => `${file}.before-restore${number}`);
afterEach(() => [file, ...COPIES].forEach((one) => fs.rmSync(one, { force: true })));

const restore = (text: string, before?: string): string[] =>
  writeConfig({ ...configOf({}), stack: STACK }, { text, before }, { files: {} } as Verified);
const copies = (): string[] => COPIES.filter((one) => fs.existsSync(one)).map((one) => fs.readFileSync(one, "utf8"));

it("the config that was there before a restore is kept, whatever a repeated restore finds", () => {
  restore("archive's", "user's");
  restore("archive's", "archive's, with secrets");
  restore("archive's", "user's");
  expect(fs.readFileSync(file, "utf8")).toBe("archive's");
  expect(copies()).toEqual(["user's", "archive's, with secrets"]);
});

it("nothing is kept where nothing was, or the same", () => {
  restore("archive's");
  restore("archive's", "archive's");
  expect(copies()).toEqual([]);
});
