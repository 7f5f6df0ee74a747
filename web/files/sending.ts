// Sends one file in pieces (tus 1.0). A line that breaks is waited for; what has arrived stays on the server, and the
// same file, chosen again after a reload, goes on from there.

export interface Told {
  id(id: string): void; // the server's name of the upload
  progress(sent: number, total: number): void;
  waiting(): void; // the line is down
  done(): void;
  failed(sentence: string): void;
}

export interface Sending {
  go(): void; // do not wait any longer
  stop(): Promise<void>; // and forget what has arrived
}

const piece = 4 << 20; // small enough for proxies that pass a body on only when it is whole
const soon = 3_000;
const later = 30_000;

// idOf is the last part of an upload's address.
export const idOf = (url: string): string => url.slice(url.lastIndexOf("/") + 1);

export async function send(client: string, file: File, place: string, keepTrack: boolean, told: Told): Promise<Sending> {
  let pause = soon;
  let timer = 0;
  const { Upload } = await import(client);
  const upload = new Upload(file, {
    endpoint: "/uploads",
    chunkSize: piece,
    retryDelays: [0, 1_000, 3_000],
    storeFingerprintForResuming: keepTrack,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, filetype: file.type, place },
    onUploadUrlAvailable: () => told.id(idOf(upload.url)),
    onProgress: (sent: number, total: number) => {
      pause = soon;
      told.progress(sent, total);
    },
    onSuccess: () => told.done(),
    onError: (error: { originalResponse?: { getStatus(): number; getBody(): string } | null }) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      if (status >= 400 && status < 500 && status !== 409 && status !== 423) {
        told.failed(error.originalResponse?.getBody() || "送れませんでした。画面を読みこみ直してから、もう一度選んでください。");
        return;
      }
      told.waiting();
      addEventListener("online", go, { once: true });
      timer = window.setTimeout(go, pause);
      pause = Math.min(pause * 2, later);
    },
  });
  const go = () => {
    clearTimeout(timer);
    removeEventListener("online", go);
    upload.start();
  };
  const before = keepTrack ? await upload.findPreviousUploads() : [];
  if (before.length > 0) upload.resumeFromPreviousUpload(before[0]);
  go();
  return {
    go,
    async stop() {
      clearTimeout(timer);
      removeEventListener("online", go);
      await upload.abort(true).catch(() => undefined); // what is left goes by itself after a day
    },
  };
}
