/**
 * What node loads before the program and the commands: TypeScript without a type check, and Pulumi's SDK without the parts
 * that nothing here asks for. Together they halve the time in which the program loads (npm run bench).
 */
const Module = require("node:module");

// Only the project's own files are rewritten, each line by itself, so that stack traces need no source maps.
require("sucrase/register/ts");

/** For functions that become cloud functions Pulumi's SDK loads a compiler and npm's tree of packages. They wait until used. */
const ON_DEMAND = ["typescript", "@npmcli/arborist"];

/** Pulumi would look up the source of its own files for every promise that it watches. */
const LEFT_OUT = ["source-map-support/register"];

/** Stands for a module, and loads it at the first question. */
function later(load) {
  let loaded;
  const module = () => (loaded ??= load());
  return new Proxy(Object.create(null), {
    // With __esModule TypeScript's import helper takes the module as it is, in place of copying every property.
    get: (_, name) => (name === "__esModule" ? true : module()[name]),
    has: (_, name) => name in module(),
  });
}

const load = Module._load;
Module._load = function (request, ...rest) {
  if (LEFT_OUT.includes(request)) return {};
  const real = () => load.call(this, request, ...rest);
  return ON_DEMAND.includes(request) ? later(real) : real();
};
