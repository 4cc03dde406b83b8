/** The engine of a stack, whatever else its config says. */
import type Docker from "dockerode";
import { parse } from "../config";
import { connect } from "../engines/images/engine";
import { findEngine } from "../prepare";
import { stackSource } from "./stack-config";

/** Faults elsewhere in the config are no reason to keep the stack. @throws Error saying what was tried */
export const engineOf = async (stack: string): Promise<Docker> =>
  connect((await findEngine(parse(stackSource(stack)).config)).host);
