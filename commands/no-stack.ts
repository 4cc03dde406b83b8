/** What is said when nothing of a stack is there. */

/** No container of the stack exists. */
export class NoStack extends Error {
  constructor(stack: string) {
    const other = stack === "dev" ? "npm run up" : `npm run up -- --stack ${stack}`;
    super(`the stack ${stack} is not up: the engine has no container of it. Bring it up: ${other}`);
  }
}
