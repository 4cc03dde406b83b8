/** What the small one-shots of the bundle have in common: scripts that ask one service for something, and end. */
import type { ServiceSpec } from "../spec";
import { ONE_SHOT_MEMORY } from "./memory";

export const SMALL_ONE_SHOT = {
  ports: [],
  health: { runsOnce: true },
  readOnlyRoot: true,
  capabilities: [],
  memoryMiB: ONE_SHOT_MEMORY.small,
  startSeconds: 60,
  stopSeconds: 10,
  init: true,
} as const satisfies Partial<ServiceSpec>;
