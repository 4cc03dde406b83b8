/**
 * What node loads before the program and the commands: TypeScript without a type check, and Pulumi's SDK without the parts
 * that nothing here asks for. Together they take more than half of the time away in which the program loads.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

/** Transpiled files by the hash of what they were made of. */
const CACHE = path.join(__dirname, ".cache", "transpiled");
/** Part of the hash; change it together with the options below. */
const MAKER = `sucrase ${require("sucrase/package.json").version} 1\n`;

/**
 * For functions that become cloud functions Pulumi's SDK loads a compiler and npm's tree of packages, the engine's client has all of SSH
 * and gRPC for what nothing here does, and zod its messages in fifty languages; a process that only looks at files or models needs neither
 * zod nor undici. They wait until used.
 */
const ON_DEMAND = [
  "typescript",
  "@npmcli/arborist",
  "./v8Hooks",
  "./ssh",
  "./session",
  "../locales/index.cjs",
  "zod",
  "undici",
];

/**
 * Pulumi would look up the source of its own files for every promise that it watches, and have V8's debugger look on at everything, for
 * the text of the same functions.
 */
const LEFT_OUT = {
  "source-map-support/register": {},
  "../../runtime/closure/v8Hooks": { isInitializedAsync: () => Promise.resolve() },
};

/** What Pulumi's SDK watches promises with: it notes for each where it was made, and counts those that are left at the end. */
const PROMISES = "./debuggable";

/** Keeps a file, in one step, because others may be reading; a checkout that cannot be written to is none the worse. */
function keep(file, text) {
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(part, text);
    renameSync(part, file);
  } catch {
    // It is made again the next time.
  }
}

/** A TypeScript file as JavaScript, each line by itself, so that stack traces need no source maps. */
function javascript(filePath) {
  const source = readFileSync(filePath, "utf8");
  const kept = path.join(CACHE, `${createHash("sha256").update(MAKER).update(source).digest("hex")}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const { code } = require("sucrase").transform(source, { transforms: ["typescript", "imports"], filePath });
    keep(kept, code);
    return code;
  }
}

/** Stands for a module, and loads it at the first question. */
function later(load) {
  let loaded;
  const module = () => (loaded ??= load());
  return new Proxy(() => undefined, {
    apply: (_, self, args) => module().apply(self, args),
    // With __esModule TypeScript's import helper takes the module as it is, in place of copying every property.
    get: (_, name) => (name === "__esModule" ? true : module()[name]),
    has: (_, name) => name in module(),
  });
}

/** Lets Pulumi count promises without taking down a stack trace for each, unless the user asks for them by its own variable. */
function withoutTraces(debuggable) {
  const { debuggablePromise: watch } = debuggable;
  debuggable.isQuick = true;
  debuggable.debuggablePromise = (...args) => {
    const limit = Error.stackTraceLimit;
    if (!debuggable.debugPromiseLeaks) Error.stackTraceLimit = 0;
    try {
      return watch(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

Module._extensions[".ts"] = (module, file) => module._compile(javascript(file), file);

const load = Module._load;
Module._load = function (request, ...rest) {
  if (Object.hasOwn(LEFT_OUT, request)) return LEFT_OUT[request];
  const real = () => load.call(this, request, ...rest);
  if (ON_DEMAND.includes(request)) return later(real);
  const module = real();
  if (request === PROMISES && module.debuggablePromise && !module.isQuick) withoutTraces(module);
  return module;
};
