/**
 * Prompts as Dify imports them: each is the body of a POST /console/api/apps/imports, and its `yaml_content` alone is
 * the file that "Import DSL file" takes. Read in langgenius/dify: api/services/entities/dsl_entities.py (AppImportParams),
 * api/services/app_dsl_service.py (_create_or_update_app), core/app/app_config/easy_ui_based_app/agent/manager.py (tools);
 * the version is CURRENT_APP_DSL_VERSION of 1.16 and 1.17. No Dify was there to import them: that was not run.
 */
import { stringify } from "yaml";
import { connectionOf } from "./connections";
import type { Prompt } from "./prompt";

const DSL_VERSION = "0.7.0";

/** The provider of Dify's plugin for OpenAI-compatible endpoints, with which the stack's models are added. */
const PROVIDER = "langgenius/openai_api_compatible/openai_api_compatible";

export interface AppImport {
  readonly mode: "yaml-content";
  readonly name: string;
  readonly description: string;
  readonly yaml_content: string;
}

/**
 * Off: an agent with a tool whose server Dify does not know fails at every question, and only Dify's user can add the
 * server. `provider_id` is the server identifier that is chosen then.
 */
const agentTools = (tools: Prompt["tools"]): object[] =>
  Object.entries(tools).flatMap(([server, names]) =>
    names.map((tool) => ({
      enabled: false,
      provider_type: "mcp",
      provider_id: connectionOf(server),
      provider_name: connectionOf(server),
      tool_name: tool,
      tool_label: tool,
      tool_parameters: {},
    })),
  );

const completionParams = ({ temperature, maxTokens }: Prompt["model"]): object => ({
  ...(temperature === undefined ? {} : { temperature }),
  ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
});

function modelConfig({ model, tools, starters, system }: Prompt): object {
  const list = agentTools(tools);
  return {
    pre_prompt: system,
    prompt_type: "simple",
    opening_statement: "",
    suggested_questions: starters,
    suggested_questions_after_answer: { enabled: false },
    user_input_form: [],
    model: { provider: PROVIDER, name: model.name, mode: "chat", completion_params: completionParams(model) },
    agent_mode: { enabled: list.length > 0, strategy: "function_call", max_iteration: 10, tools: list },
  };
}

const app = (prompt: Prompt): object => ({
  version: DSL_VERSION,
  kind: "app",
  app: {
    name: prompt.name,
    description: prompt.description,
    mode: Object.keys(prompt.tools).length > 0 ? "agent-chat" : "chat",
    icon_type: "emoji",
    icon: "🤖",
    icon_background: "#FFEAD5",
    use_icon_as_answer_icon: false,
  },
  model_config: modelConfig(prompt),
  dependencies: [],
});

/** One app for each prompt: an agent where there are tools, else a chat. */
export const difyApps = (prompts: readonly Prompt[]): AppImport[] =>
  prompts.map((prompt) => ({
    mode: "yaml-content",
    name: prompt.name,
    description: prompt.description,
    yaml_content: stringify(app(prompt), { lineWidth: 0 }),
  }));
