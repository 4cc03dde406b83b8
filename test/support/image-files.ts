/** Looks into images: the files of one, as an engine exports them. */
import { once } from "node:events";
import type Docker from "dockerode";
import { extract } from "tar-stream";

/** A file of an image; `content` only for certificates. */
export interface ImageFile {
  readonly path: string;
  readonly content?: string;
}

const isCertificates = (path: string): boolean => /\.(crt|pem)$/.test(path);

/** All files of an image, links and directories left out. A container is made for it and removed; it is never started. */
export async function imageFiles(docker: Docker, reference: string): Promise<ImageFile[]> {
  const container = await docker.createContainer({
    Image: reference,
    Cmd: ["none"],
    Labels: { "mcp-stack.test": "images" },
  });
  try {
    const files: ImageFile[] = [];
    const reader = extract();
    reader.on("entry", (header, stream, next) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk) => isCertificates(header.name) && chunks.push(chunk as Buffer));
      stream.on("end", () => {
        if (header.type === "file")
          files.push({
            path: header.name,
            content: chunks.length > 0 ? Buffer.concat(chunks).toString() : undefined,
          });
        next();
      });
    });
    const finished = once(reader, "finish");
    (await container.export()).pipe(reader);
    await finished;
    return files;
  } finally {
    await container.remove({ force: true });
  }
}

/** The certificates of PEM text, without line breaks. */
export const certificates = (text: string): string[] =>
  [...text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)].map((match) =>
    (match[1] ?? "").replace(/\s/g, ""),
  );
