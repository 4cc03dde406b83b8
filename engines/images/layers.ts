/** How far pulls are, of what the engine says about each layer. */

/** One message of a pull. */
export interface PullMessage {
  /** Short digest of a layer, or the tag in messages about the whole image. */
  readonly id?: string;
  readonly status?: string;
  /** Bytes. */
  readonly progressDetail?: { readonly current?: number };
}

const OF_A_LAYER = /^(Pulling fs layer|Waiting|Downloading|Download complete|Extracting|Pull complete|Already exists)$/;
const DONE = /^(Pull complete|Already exists)$/;

/** The layers of one or more pulls; those that images have in common count once. */
export class Layers {
  private readonly layers = new Map<string, { readonly bytes: number; readonly done: boolean }>();

  /** Takes one message into account. */
  add({ id, status = "", progressDetail }: PullMessage): void {
    if (id === undefined || !OF_A_LAYER.test(status)) return;
    const { bytes, done } = this.layers.get(id) ?? { bytes: 0, done: false };
    const loaded = status === "Downloading" ? (progressDetail?.current ?? bytes) : bytes;
    this.layers.set(id, { bytes: loaded, done: done || DONE.test(status) });
  }

  /** Such as "2 of 5 layers, 31 MB". How large they are in all is not known before the last one begins. */
  toString(): string {
    const all = [...this.layers.values()];
    const bytes = all.reduce((sum, layer) => sum + layer.bytes, 0);
    return `${all.filter(({ done }) => done).length} of ${all.length} layers, ${Math.round(bytes / 1_000_000)} MB`;
  }
}
