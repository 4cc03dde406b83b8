/** The configuration of each MCP client as `npm run sync-ai` writes it: pure. */
import { clientFile, CLIENTS, projectFile, vscodeFile, type ClientName, type ClientPlan } from "../client-files";

export interface ClientConfig {
  readonly id: string;
  readonly name: string;
  /** Where it goes. */
  readonly place: string;
  readonly syntax: "json" | "jsonc" | "toml";
  readonly text: string;
}

const NAMES: Readonly<Record<ClientName, { readonly name: string; readonly place: string }>> = {
  "claude-desktop": { name: "Claude Desktop", place: "claude_desktop_config.json (Settings, Developer, Edit Config)" },
  cursor: { name: "Cursor", place: "~/.cursor/mcp.json" },
  codex: { name: "Codex", place: "~/.codex/config.toml" },
  "gemini-cli": { name: "Gemini CLI", place: "~/.gemini/settings.json" },
  zed: { name: "Zed", place: "~/.config/zed/settings.json" },
};

/** Those that read a file of a project first. */
export const clientConfigs = (plan: ClientPlan): ClientConfig[] => [
  {
    id: "claude-code",
    name: "Claude Code",
    place: ".mcp.json in a project",
    syntax: "json",
    text: projectFile(plan),
  },
  {
    id: "vscode",
    name: "VS Code",
    place: ".vscode/mcp.json in a project",
    syntax: "json",
    text: vscodeFile(plan),
  },
  ...Object.entries(CLIENTS).map(([id, format]) => ({
    id,
    ...NAMES[id as ClientName],
    syntax: format.syntax,
    text: clientFile(format, plan),
  })),
];
