/** What is said when nothing of a stack is there. */

/** The command that brings a stack up. */
export const upCommand = (stack: string): string => (stack === "dev" ? "npm run up" : `npm run up -- --stack ${stack}`);

/** No container of the stack exists. */
export class NoStack extends Error {
  constructor(stack: string) {
    super(`the stack ${stack} is not up: the engine has no container of it. Bring it up: ${upCommand(stack)}`);
  }
}
