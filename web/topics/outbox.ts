import { onDevice } from "../page/draft";
import { newKey } from "./list";
import type { Quoted } from "./quotes";

// A post on its way. Its key makes it stand once, however often it is sent; it survives the closing of the browser.
export interface Unsent {
  key: string;
  body: string;
  reply_to: string;
  quotes?: Quoted[];
  poll?: Poll;
  files?: Chosen[];
}

// Chosen is a file of a post that has arrived on the server: the post only names it.
export interface Chosen {
  upload: string;
  alt: string;
  name: string;
}

export interface Poll {
  choices: string[];
  many: boolean;
  named: boolean;
  ends_at?: string;
}

// nonce is as much of a key as a frame and a page carry.
export function nonce(u: Unsent): string {
  return u.key.slice(0, 8);
}

// What came of sending: it stands, it may be sent again, or it is refused with a sentence.
export type Sent = { ok: true; id: string; number: number; n: number } | { ok: false; again: boolean; text: string };

export class Outbox {
  private name: string;

  constructor(readonly topic: string) {
    this.name = `outbox:${document.body.dataset.person ?? ""}:${topic}`;
  }

  all(): Unsent[] {
    if (!onDevice()) return [];
    try {
      return JSON.parse(localStorage.getItem(this.name) ?? "[]");
    } catch {
      return [];
    }
  }

  make(body: string, replyTo: string, quotes: Quoted[], poll: Poll | undefined, files: Chosen[]): Unsent {
    const u = { key: newKey(), body, reply_to: replyTo, quotes, poll, files };
    this.keep([...this.all(), u]);
    return u;
  }

  drop(u: Unsent): void {
    this.keep(this.all().filter((o) => o.key !== u.key));
  }

  private keep(all: Unsent[]): void {
    if (!onDevice()) return;
    try {
      if (all.length) localStorage.setItem(this.name, JSON.stringify(all));
      else localStorage.removeItem(this.name);
    } catch {
      // no room: the window still has it
    }
  }

  async send(u: Unsent): Promise<Sent> {
    let answer: Response;
    try {
      answer = await fetch(`/api/v1/topics/${this.topic}/posts`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": u.key },
        body: JSON.stringify({
          body: u.body,
          reply_to: u.reply_to,
          quotes: (u.quotes ?? []).map(({ post, words }) => ({ post, words })),
          poll: u.poll,
          files: (u.files ?? []).map(({ upload, alt }) => ({ upload, alt })),
        }),
      });
    } catch {
      return { ok: false, again: true, text: "つながったら送ります" };
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return { ok: true, ...said };
    const wait = answer.status === 429 || answer.status === 409 || answer.status >= 500;
    return { ok: false, again: wait, text: answer.status === 429 ? "少し間をあけて送ります" : wait ? "まだ届いていません" : (said.detail ?? "送れませんでした。書いた内容は残っています。") };
  }
}
