/** Unit tests run beside each other; contract and end-to-end tests share one engine and run in one worker. */
const common = {
  transform: { "^.+\\.tsx?$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
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
