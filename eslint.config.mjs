/**
 * What the type checker does not see: forgotten promises, `any`, size, and who may import whom. The picture of the import
 * rule is in ARCHITECTURE.md.
 */
import tseslint from "typescript-eslint";

/** Imports by relative path of something at the checkout's root. */
const ours = (names) => `^(\\.\\./)+(${names})(/|$)`;

const TOOLCHAIN = { regex: "(^|/)toolchain/", message: "the toolchain stands apart: run it, never import it" };
const PROGRAM = "index|prepare|stack|commands|test|toolchain";

/** Only these imports are refused in these files; `paths` are packages. */
const imports = (files, patterns, paths = []) => ({
  files,
  rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: [TOOLCHAIN, ...patterns], paths }] },
});

const CONFIG_READERS = ["Config", "allConfig", "getConfig"].flatMap((name) => [
  `MemberExpression[property.name='${name}']`,
  `ImportDeclaration[source.value=/^@pulumi\\/pulumi/] > ImportSpecifier[imported.name='${name}']`,
]);

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/.cache/", ".data/", ".state/", "coverage/"] },
  {
    files: ["**/*.{ts,js,mjs}"],
    extends: [tseslint.configs.recommended],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 40, skipComments: true, skipBlankLines: true }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
    },
  },
  {
    // Node runs these before anything is installed, or without a transpiler.
    files: ["**/*.js"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // The graph: one list, top to bottom.
    files: ["index.ts"],
    rules: { "max-lines-per-function": ["error", { max: 60 }] },
  },
  {
    // Only a `describe` is long, and it is a list.
    files: ["test/**/*.test.ts"],
    rules: { "max-lines-per-function": "off" },
  },

  imports(["*.ts", "commands/**/*.ts", "test/**/*.ts"], []),
  imports(
    ["services/**/*.ts"],
    [
      { regex: ours(`components|engines|${PROGRAM}`), message: "services import only each other" },
      {
        regex: ours("config(-[a-z]+)?"),
        allowTypeImports: true,
        message: "services get plain data; import only types of it",
      },
      {
        regex: "^(node:(?!path$)|@pulumi/|dockerode$)",
        allowTypeImports: true,
        message: "services are pure: no input, no output, no resources",
      },
    ],
  ),
  imports(
    ["engines/**/*.ts"],
    [
      { regex: ours(`components|config(-[a-z]+)?|${PROGRAM}`), message: "engines import engines and services/spec" },
      { regex: "^(\\.\\./)+services/(?!spec$)", message: "engines know services by services/spec alone" },
    ],
  ),
  imports(
    ["components/**/*.ts"],
    [{ regex: ours(`config(-[a-z]+)?|${PROGRAM}`), message: "components get everything as arguments" }],
  ),
  {
    files: ["toolchain/**/*.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: ours("services|components|engines|config(-[a-z]+)?|catalogs|index|prepare|stack|commands|test"),
              message: "the toolchain imports nothing of the program",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["test/toolchain/**/*.ts", "test/contract/**/*.ts", "test/support/**/*.ts"],
    rules: { "@typescript-eslint/no-restricted-imports": "off" },
  },
  {
    files: ["**/*.ts"],
    ignores: ["config.ts", "toolchain/**", "test/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...CONFIG_READERS.map((selector) => ({ selector, message: "only config.ts reads the stack's config" })),
      ],
    },
  },
);
