/** How secrets of the user's are named and set in the stack's config; for messages. Pure. */

/** As in secretsFile, where a name ends at "=": letters, digits and what names of servers and clients have besides. */
export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** Path of a secret in the config, as `pulumi config set --path` takes it, quoted for a shell. */
export const secretPath = (name: string): string => (/^\w+$/.test(name) ? `secrets.${name}` : `'secrets["${name}"]'`);

/** The command that gives a secret of the config its value, which comes by standard input. */
export const setSecretCommand = (name: string): string => `pulumi config set --secret --path ${secretPath(name)}`;
