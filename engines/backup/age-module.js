/** The age library is an ES module, which the hook for TypeScript cannot load: this file does not go through it. */
module.exports = () => import("age-encryption");
