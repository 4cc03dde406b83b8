/** Offers an engine as `npm run up` does without a terminal; prints as JSON what was said, and the engine or the error. */
import { offerEngine } from "../../engines/install";
import { locateEngine } from "../../engines/locate";

/** What is printed. */
export interface Offered {
  readonly said: readonly string[];
  readonly origin?: string;
  readonly host?: string;
  readonly error?: string;
}

async function offer(): Promise<Offered> {
  const said: string[] = [];
  const ask = (): Promise<boolean> => Promise.resolve(false);
  try {
    await offerEngine({ yes: false, interactive: false, say: (line) => void said.push(line), ask });
    const { origin, host } = await locateEngine({ env: {}, home: "/nowhere" });
    return { said, origin, host };
  } catch (error) {
    return { said, error: (error as Error).message };
  }
}

void offer().then((offered) => process.stdout.write(JSON.stringify(offered)));
