/** Lines on standard error; on a terminal, a line of progress takes the place of the one before it. */

/** A progress line ends in a time, like "building, 20 s". */
const PROGRESS = /, \d+ s$/;

/** Where lines go, and what to call before anything else is written. */
export interface Lines {
  say(line: string): void;
  end(): void;
}

/** Lines for standard error. */
export function standardErrorLines(stream: Pick<NodeJS.WriteStream, "write" | "isTTY"> = process.stderr): Lines {
  let open = false;
  const end = (): void => {
    if (open) stream.write("\n");
    open = false;
  };
  return {
    say(line) {
      if (!stream.isTTY) return void stream.write(`${line}\n`);
      if (PROGRESS.test(line)) {
        stream.write(`\r\x1b[K${line}`);
        open = true;
        return;
      }
      end();
      stream.write(`${line}\n`);
    },
    end,
  };
}
