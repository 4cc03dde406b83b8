/** `npm run -s env`: shell exports for calling pulumi itself. */
import { openWorkspace } from "./workspace";

const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/** Prints one `export NAME='value'` a line; everything else goes to standard error. */
export async function env({ stack }: { readonly stack: string }): Promise<void> {
  const { variables } = await openWorkspace(stack);
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}=${quote(value)}\n`);
}
