import path from "node:path";

/** Root of the checkout. */
export const PROJECT_ROOT = path.resolve(__dirname, "..");
