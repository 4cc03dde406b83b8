/** Debian's Chromium, driven by Playwright's client; nothing is downloaded but the package. */
import fs from "node:fs";
import path from "node:path";
import { chromium, type Browser } from "playwright-core";
import { aptGet } from "./apt";

const INSTALL = ["install", "--yes", "--no-install-recommends", "chromium"];

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, "chromium")).find((file) => fs.existsSync(file));
}

/** Path of the browser, which is installed if it is missing. @throws Error saying what to do */
async function browserPath(): Promise<string> {
  const found = onPath();
  if (found !== undefined) return found;
  const fault = await aptGet(INSTALL).catch((error: Error) => error.message.trim().split("\n").at(-1));
  const installed = onPath();
  if (installed !== undefined) return installed;
  throw new Error(
    `the start page is tested in Chromium, which is not on PATH; run: apt-get install chromium (${fault})`,
  );
}

/** A browser without a window. Root, as tests often run, is not allowed Chromium's own sandbox. */
export async function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: await browserPath(), args });
}
