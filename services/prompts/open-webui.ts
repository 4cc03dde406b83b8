/**
 * Prompts as Open WebUI imports them: Workspace, Models, Import JSON takes a list, and sends it as `models` to
 * POST /api/v1/models/import. Read in Open WebUI 0.12.4, backend/open_webui/routers/models.py (import_models) and
 * models/models.py (ModelForm, ModelMeta, ModelParams); an id that is there already is updated.
 */
import { connectionOf } from "./connections";
import type { Prompt } from "./prompt";

/** A workspace model: another model with a system prompt and tools. */
export interface WorkspaceModel {
  readonly id: string;
  readonly base_model_id: string;
  readonly name: string;
  readonly meta: {
    readonly description: string;
    /** Tool servers by `server:mcp:ID` (utils/middleware.py); single tools of a server cannot be chosen. */
    readonly toolIds: readonly string[];
    readonly suggestion_prompts: readonly { readonly content: string }[];
    readonly tags: readonly { readonly name: string }[];
  };
  readonly params: { readonly system: string; readonly temperature?: number; readonly max_tokens?: number };
  readonly access_grants: readonly object[];
  readonly is_active: boolean;
}

/** Everybody who signs in may use it; only administrators may change it. */
const EVERYBODY = [{ principal_type: "user", principal_id: "*", permission: "read" }] as const;

/** One model for each prompt. */
export const openWebuiModels = (prompts: readonly Prompt[]): WorkspaceModel[] =>
  prompts.map(({ id, name, description, model, tools, starters, system }) => ({
    id,
    base_model_id: model.name,
    name,
    meta: {
      description,
      toolIds: [...new Set(Object.keys(tools).map((server) => `server:mcp:${connectionOf(server)}`))],
      suggestion_prompts: starters.map((content) => ({ content })),
      tags: [{ name: "mcp-gateway-stack" }],
    },
    params: { system, temperature: model.temperature, max_tokens: model.maxTokens },
    access_grants: EVERYBODY,
    is_active: true,
  }));
