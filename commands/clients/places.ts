/** Where clients keep their files: pure. */
import path from "node:path";
import type { ClientName } from "../../services/client-files";

export interface Home {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Directory of programs' settings, by the habits of each system. */
function settings({ platform, home, env }: Home): string {
  if (platform === "darwin") return path.join(home, "Library", "Application Support");
  if (platform === "win32") return env.APPDATA ?? path.join(home, "AppData", "Roaming");
  return env.XDG_CONFIG_HOME ?? path.join(home, ".config");
}

/** Absolute path of a client's file. */
export function clientPlace(client: ClientName, at: Home): string {
  const places: Readonly<Record<ClientName, string>> = {
    "claude-desktop": path.join(settings(at), "Claude", "claude_desktop_config.json"),
    cursor: path.join(at.home, ".cursor", "mcp.json"),
    codex: path.join(at.env.CODEX_HOME ?? path.join(at.home, ".codex"), "config.toml"),
    "gemini-cli": path.join(at.home, ".gemini", "settings.json"),
    // Zed keeps to ~/.config on macOS too.
    zed:
      at.platform === "win32"
        ? path.join(settings(at), "Zed", "settings.json")
        : path.join(at.env.XDG_CONFIG_HOME ?? path.join(at.home, ".config"), "zed", "settings.json"),
  };
  return places[client];
}
