/** Fills a new data directory from an archive that was verified. */
import type Docker from "dockerode";
import type { Config } from "../../config";
import { FileSink, withDataContainer } from "../../engines/backup/container-files";
import { DATA } from "../../engines/backup/format";
import { isUnfinished, mark } from "../../engines/backup/marker";
import { movedTo, type Move } from "../../engines/backup/owners";
import { readArchive } from "../../engines/backup/read-archive";
import { OWNERS } from "../../services/dify/permissions";
import { POSTGRES_DATA } from "../../services/dify/postgres";
import { dataUser } from "../../stack";
import { READER_LABEL } from "../backup/source";
import { deleteData } from "../purge";
import { say } from "../ask";
import type { Verified } from "./archive";

async function fill(sink: FileSink, { file, key, manifest, hasDump }: Verified): Promise<void> {
  const move: Move = { from: manifest.dataUser, to: dataUser(), fixed: Object.keys(OWNERS) };
  await readArchive(file, key, async (header, content) => {
    if (header.name.startsWith(DATA)) await sink.add(movedTo(move, header), content);
  });
  const [uid, gid] = (OWNERS[POSTGRES_DATA] ?? "").split(":").map(Number);
  if (hasDump) await sink.add({ name: `${DATA}${POSTGRES_DATA}`, type: "directory", mode: 0o700, uid, gid });
  await sink.finish();
}

/** Writes all files, with their owners; what an interrupted restore left is deleted first. `image` has a shell. */
export async function restoreData(
  docker: Docker,
  { dataDir, stack }: Config,
  image: string,
  archive: Verified,
): Promise<void> {
  if (isUnfinished(dataDir)) {
    say(`deleting what a restore that was cut off left in ${dataDir}`);
    await deleteData(docker, dataDir, image);
  }
  mark(dataDir, archive.file);
  say(`writing the data to ${dataDir}`);
  const place = { image, dataDir, labels: { [READER_LABEL]: stack } };
  await withDataContainer(docker, place, (container) => fill(new FileSink(container), archive));
}
