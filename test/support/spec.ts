import type { ServiceSpec } from "../../services/spec";

/** A spec with nothing special about it; tests say what differs. */
export const spec = (changes: Partial<ServiceSpec> = {}): ServiceSpec => ({
  name: "web",
  image: "web",
  command: [],
  environment: {},
  networks: ["edge"],
  port: 8080,
  ports: [],
  mounts: [],
  files: [],
  secrets: [],
  health: { command: ["wget", "/"], intervalSeconds: 5, timeoutSeconds: 3, retries: 3, startPeriodSeconds: 90 },
  readOnlyRoot: true,
  capabilities: [],
  memoryMiB: 64,
  startSeconds: 30,
  stopSeconds: 10,
  init: false,
  ...changes,
});
