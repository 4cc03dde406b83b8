/** Prompts as they are kept: one Markdown file each, with front matter. Text → data, with every fault as one line: pure. */
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { CHAT_MODEL } from "../ai/settings";

const text = z.string().trim().min(1, "is empty; write something");
const toolNames = z.array(text).min(1, "names no tool; list some, or leave the server out");

const frontMatter = z.strictObject({
  /** As people see it. */
  name: text,
  /** One sentence. */
  description: text,
  /** Hints: what suits the prompt. A platform may know better. */
  model: z
    .strictObject({
      /** Id of the model at the stack's endpoint. */
      name: text.default(CHAT_MODEL),
      temperature: z.number().min(0).max(2).optional(),
      /** Longest answer, in tokens. */
      maxTokens: z.number().int().positive().optional(),
    })
    .prefault({}),
  /** Tools that it speaks of, by MCP server. */
  tools: z.record(z.string(), toolNames).default({}),
  /** First messages that a user may click. */
  starters: z.array(text).default([]),
});

/** A prompt; its id is the name of its file. */
export interface Prompt extends z.infer<typeof frontMatter> {
  readonly id: string;
  /** The system prompt. */
  readonly system: string;
}

export interface ParsedPrompt {
  /** Undefined when there are faults. */
  readonly prompt: Prompt | undefined;
  /** `FILE: where: what is wrong; what to do` */
  readonly faults: readonly string[];
}

const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const PARTS = /^---\r?\n(?<front>[\s\S]*?\n)---\r?\n(?<system>[\s\S]*)$/;

const issueLines = (file: string, { issues }: z.ZodError): string[] =>
  issues.flatMap((issue) => {
    const at = `${file}: ${issue.path.length === 0 ? "" : `${issue.path.map(String).join(".")}: `}`;
    if (issue.code !== "unrecognized_keys") return [`${at}${issue.message}`];
    return issue.keys.map((key) => `${at}"${key}" is no key of a prompt; correct or remove it`);
  });

function toolFaults(file: string, tools: Prompt["tools"], servers: readonly string[]): string[] {
  const unknown = Object.keys(tools).filter((server) => !servers.includes(server));
  return unknown.map(
    (server) =>
      `${file}: tools: "${server}" is no server that is on by default; choose from ${servers.join(", ")}, or remove it`,
  );
}

/** Reads a file's text. `servers`: those whose tools a prompt may name. */
export function parsePrompt(file: string, content: string, servers: readonly string[]): ParsedPrompt {
  const refused = (...faults: string[]): ParsedPrompt => ({ prompt: undefined, faults });
  const id = path.posix.basename(file, ".md");
  if (!ID.test(id)) return refused(`${file}: name the file in lower-case words joined by hyphens`);
  const { front, system } = PARTS.exec(content)?.groups ?? {};
  if (front === undefined || system === undefined)
    return refused(`${file}: has no front matter; begin with ---, name and description, --- and then the prompt`);
  const document = parseDocument(front);
  const [error] = document.errors;
  if (error !== undefined) return refused(`${file}: the front matter is no YAML: ${error.message.split("\n")[0]}`);
  const result = frontMatter.safeParse(document.toJS() ?? {});
  const faults = [
    ...(result.success ? toolFaults(file, result.data.tools, servers) : issueLines(file, result.error)),
    ...(system.trim() === "" ? [`${file}: has no text after the front matter; write the prompt there`] : []),
  ];
  if (!result.success || faults.length > 0) return refused(...faults);
  return { prompt: { id, ...result.data, system: system.trim() }, faults: [] };
}
