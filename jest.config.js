/** Unit tests run beside each other; contract and end-to-end tests share one engine, and two of them run at a time (commands/test.ts). */
const ES_MODULES = "age-encryption|@noble|@scure";
const common = {
  transform: {
    "^.+\\.tsx?$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }],
    // ES modules, and who imports them: jest loads CommonJS alone.
    [`(${ES_MODULES})/.+\\.js$|/age-module\\.js$`]: ["@swc/jest", { jsc: { target: "es2022" } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES})/)`],
  testEnvironment: "node",
  modulePathIgnorePatterns: ["<rootDir>/.cache", "<rootDir>/.data", "<rootDir>/.state"],
};

module.exports = {
  testTimeout: 30_000,
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/e2e/", "<rootDir>/test/contract/"],
    },
    { ...common, displayName: "contract", testMatch: ["<rootDir>/test/contract/**/*.test.ts"] },
    {
      ...common,
      displayName: "e2e",
      testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
      // What takes long: only `npm run faults`.
      testPathIgnorePatterns: [
        "/node_modules/",
        ...(process.env.FAULTS === "full" ? [] : ["<rootDir>/test/e2e/faults/full/"]),
      ],
    },
  ],
};
