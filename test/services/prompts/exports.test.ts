import { parse } from "yaml";
import { z } from "zod";
import { difyApps } from "../../../services/prompts/dify";
import { openWebuiModels } from "../../../services/prompts/open-webui";
import type { Prompt } from "../../../services/prompts/prompt";

const AGENT: Prompt = {
  id: "finder",
  name: "Finder",
  description: "Finds: things",
  model: { name: "local-chat", temperature: 0.2, maxTokens: 512 },
  tools: { fetch: ["fetch"], time: ["get_current_time"], "mcp-nixos": ["nix"] },
  starters: ["Where is it?"],
  system: 'You find things.\n\n# Not a comment\n- {{ no: "template" }}',
};
const CHAT: Prompt = { ...AGENT, id: "talker", model: { name: "local-chat" }, tools: {}, starters: [] };

describe("Open WebUI gets", () => {
  const [agent, chat] = openWebuiModels([AGENT, CHAT]);

  it("a model on top of another, with instructions, hints and starters", () => {
    expect(agent).toMatchObject({
      id: "finder",
      base_model_id: "local-chat",
      meta: { description: "Finds: things", suggestion_prompts: [{ content: "Where is it?" }] },
      params: { system: AGENT.system, temperature: 0.2, max_tokens: 512 },
    });
  });

  it("the servers of its tools, each once", () => {
    expect(agent?.meta.toolIds).toEqual(["server:mcp:mcp-gateway", "server:mcp:mcp-nixos"]);
    expect(chat?.meta.toolIds).toEqual([]);
  });

  it("no hint that was not given", () => {
    expect(JSON.parse(JSON.stringify(chat?.params))).toEqual({ system: CHAT.system });
  });
});

/**
 * What Dify's import reads of an app, by api/services/app_dsl_service.py and
 * api/core/app/app_config/easy_ui_based_app/agent/manager.py of langgenius/dify; a version that is no text is refused.
 */
const APP = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  kind: z.literal("app"),
  app: z.object({ name: z.string(), mode: z.enum(["chat", "agent-chat"]), icon_type: z.enum(["emoji", "image"]) }),
  model_config: z.object({
    pre_prompt: z.string(),
    model: z.object({ provider: z.string(), name: z.string(), mode: z.literal("chat"), completion_params: z.object() }),
    agent_mode: z.object({
      enabled: z.boolean(),
      strategy: z.enum(["function_call", "react", "cot"]),
      tools: z.array(
        z.object({
          enabled: z.boolean(),
          provider_type: z.literal("mcp"),
          provider_id: z.string(),
          tool_name: z.string(),
          tool_parameters: z.object(),
        }),
      ),
    }),
  }),
  dependencies: z.array(z.unknown()),
});

describe("Dify gets", () => {
  const [agent, chat] = difyApps([AGENT, CHAT]).map(({ yaml_content }) => APP.parse(parse(yaml_content)));

  it("requests that its import takes", () => {
    expect(difyApps([AGENT])).toMatchObject([{ mode: "yaml-content", name: "Finder", description: "Finds: things" }]);
  });

  it("an agent where there are tools, else a chat", () => {
    expect([agent?.app.mode, chat?.app.mode]).toEqual(["agent-chat", "chat"]);
  });

  it("the text of the prompt as it is", () => {
    expect(agent?.model_config.pre_prompt).toBe(AGENT.system);
  });

  it("each tool by its server, off until Dify knows that", () => {
    const tools = agent?.model_config.agent_mode.tools.map(({ provider_id, tool_name, enabled }) => [
      provider_id,
      tool_name,
      enabled,
    ]);
    expect(tools).toEqual([
      ["mcp-gateway", "fetch", false],
      ["mcp-gateway", "get_current_time", false],
      ["mcp-nixos", "nix", false],
    ]);
  });
});
