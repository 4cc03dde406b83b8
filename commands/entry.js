#!/usr/bin/env node
/**
 * Entry of every command: needs nothing but Node.js. It installs the packages of this checkout if they are missing or
 * older than package-lock.json, and goes on with commands/main.ts.
 */
"use strict";
const { spawn } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");

const ROOT = path.resolve(__dirname, "..");
const MINIMUM_NODE = "20.19.0"; // engines.node of package.json

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Packages by folder, without those that only some platforms get. */
function packagesOf(file) {
  if (!existsSync(file)) return {};
  const { packages = {} } = JSON.parse(readFileSync(file, "utf8"));
  return Object.fromEntries(Object.entries(packages).filter(([name, entry]) => name !== "" && !entry.optional));
}

/** Whether npm's own record of what it installed has every package of the lock file, in its version. */
function packagesAreInstalled() {
  const installed = packagesOf(path.join(ROOT, "node_modules", ".package-lock.json"));
  const wanted = Object.entries(packagesOf(path.join(ROOT, "package-lock.json")));
  return wanted.every(([name, { version }]) => installed[name]?.version === version);
}

function run(program, args, options) {
  const child = spawn(program, args, { cwd: ROOT, stdio: "inherit", ...options });
  // Ctrl-C reaches the child by itself; it decides when to end, and we end after it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => signal === "SIGINT" || child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + (require("node:os").constants.signals[signal] ?? 0)));
  });
}

async function installPackages() {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  process.stderr.write("packages: installing what package-lock.json names (npm ci)\n");
  const timer = setInterval(() => process.stderr.write(`packages: installing, ${elapsed()}\n`), 10_000);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // Standard output belongs to the command, which may print JSON.
  const code = await run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: ["ignore", 2, "inherit"],
  });
  clearInterval(timer);
  if (code !== 0) fail(`packages: "npm ci" ended with ${code}, see above; this needs npm and its registry`);
  process.stderr.write(`packages: installed in ${elapsed()}\n`);
}

async function main() {
  if (process.versions.node.localeCompare(MINIMUM_NODE, "en", { numeric: true }) < 0) {
    fail(
      `Node.js ${process.versions.node} is too old: this project needs ${MINIMUM_NODE} or newer; install it from https://nodejs.org/`,
    );
  }
  if (!packagesAreInstalled()) await installPackages();
  process.exitCode = await run(process.execPath, [
    "--require",
    "./loader.js",
    "commands/main.ts",
    ...process.argv.slice(2),
  ]);
}

main().catch((error) => fail(error.message));
