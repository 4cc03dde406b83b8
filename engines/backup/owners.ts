/** Who owns what on another machine: pure. */
import { DATA, type EntryHeader } from "./format";

/** "uid:gid" of whoever ran the stack where the archive was made, and of whoever runs it here. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** Paths below the data directory that belong to users of images, who are the same everywhere. */
  readonly fixed: readonly string[];
}

/** Gives an entry to whom it belongs here: what the user had becomes this user's, all else stays its owner's. */
export function movedTo({ from, to, fixed }: Move, header: EntryHeader): EntryHeader {
  const below = header.name.slice(DATA.length);
  const isFixed = fixed.some((path) => below === path || below.startsWith(`${path}/`));
  const [uid, gid] = from.split(":").map(Number);
  const [newUid, newGid] = to.split(":").map(Number);
  if (isFixed || header.uid !== uid) return header;
  return { ...header, uid: newUid, gid: header.gid === gid ? newGid : header.gid };
}
