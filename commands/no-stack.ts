/** What is said when nothing of a stack is there. */

/** The command that brings a stack up. */
export const upCommand = (stack: string): string => (stack === "dev" ? "npm run up" : `npm run up -- --stack ${stack}`);

/** The command for a stack whose state is lost. */
export const recoverCommand = (stack: string): string =>
  stack === "dev" ? "npm run recover" : `npm run recover -- --stack ${stack}`;

/** No container of the stack exists. */
export class NoStack extends Error {
  constructor(stack: string) {
    super(`the stack ${stack} is not up: the engine has no container of it. Bring it up: ${upCommand(stack)}`);
  }
}

/** The state is gone with its passphrase: what the stack's config file was encrypted with fits no more. */
export class OtherPassphrase extends Error {
  constructor(stack: string) {
    const file = `Pulumi.${stack}.yaml`;
    super(
      `the stack ${stack} has no state here, and ${file} was made with another passphrase than the one that is set now. Is ` +
        `the state somewhere else, set PULUMI_BACKEND_URL, and PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE; is ` +
        `it lost: ${recoverCommand(stack)}`,
    );
  }
}
