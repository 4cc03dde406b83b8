/** CONFIG.md: every key of the config, in words. Pure. */
import { GROUPS, KEYS, type Key } from "../config";

const HEAD = `# Configuration

Every key is optional. \`pulumi config set KEY VALUE\` sets one, \`npm run up\` brings it into effect, and
\`pulumi config rm KEY\` goes back to the default: in a shell after \`eval "$(npm run -s env)"\`, which names the stack and its
state to Pulumi, or without it by \`npm run pulumi --\` in place of \`pulumi\`.

A value comes from the stack's config (\`Pulumi.STACK.yaml\`), else from the environment variable if the key has one, else it
is the default. Every \`preview\` shows where the values came from that are not the default. Unknown keys and wrong values are
refused before anything is changed, all of them at once.
`;

const keysOf = (group: string): [string, Key][] => Object.entries<Key>(KEYS).filter(([, key]) => key.group === group);

const contents = (): string =>
  GROUPS.map((group) => {
    const links = keysOf(group).map(([name]) => `[${name}](#${name.toLowerCase()})`);
    return `- ${group}: ${links.join(", ")}`;
  }).join("\n");

const fallbackOf = ({ fallback }: Key): string => {
  if (fallback === undefined) return "not set";
  return fallback === "" || fallback === "{}" ? "empty" : `\`${fallback.replaceAll(",", ", ")}\``;
};

function entry([name, key]: [string, Key]): string {
  const facts = [
    `- Default: ${fallbackOf(key)}`,
    ...(key.env === undefined ? [] : [`- Environment variable: \`${key.env}\``]),
    `- Example: \`pulumi config set ${key.example}\``,
  ];
  return [`### ${name}`, `${key.description}.`, facts.join("\n"), ...(key.notes === undefined ? [] : [key.notes])].join(
    "\n\n",
  );
}

/** The text of CONFIG.md. */
export function configDoc(): string {
  const chapters = GROUPS.map((group) => [`## ${group}`, ...keysOf(group).map(entry)].join("\n\n"));
  const generated = "<!-- Generated from config-keys.ts by `npm run render`; change that, not this file. -->";
  return `${[generated, HEAD.trim(), contents(), ...chapters].join("\n\n")}\n`;
}
