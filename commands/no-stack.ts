/** What is said when nothing of a stack is there. */

const commandFor = (command: string) => (stack: string) =>
  stack === "dev" ? `npm run ${command}` : `npm run ${command} -- --stack ${stack}`;

/** The command that brings a stack up. */
export const upCommand = commandFor("up");
/** The command that takes it down. */
export const downCommand = commandFor("down");
/** The command for a stack whose state is lost. */
export const recoverCommand = commandFor("recover");

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
