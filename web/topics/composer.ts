import { announce } from "../page/announce";
import { clearDraft } from "../page/draft";
import { composing } from "../page/ime";
import { Files } from "./chosen";
import type { Frame } from "../live/frame";
import type { List } from "./list";
import { nonce, Outbox, type Poll, type Unsent } from "./outbox";
import { Quotes } from "./quotes";

interface Hooks {
  typing(): boolean;
  beforeOwn(): void; // what waits comes in before one's own post
  watch(li: HTMLElement): void;
  poll(id: string): void;
}

const typingEvery = 3000;
const typingLasts = 5000;
const sendAgain = 10_000;
const frameWithin = 2000; // how long the channel may take for what was sent here
const most = 20_000;

// The composer sends without leaving the page. A post stands in the list at once, says how far it is, and is sent again
// until the server has it. Enter never sends; Ctrl+Enter does, unless an input method is at work.
export class Composer {
  private form: HTMLFormElement | null;
  private field: HTMLTextAreaElement | null;
  private outbox: Outbox;
  private quotes?: Quotes;
  private files?: Files;
  private underway = new Map<string, HTMLElement>(); // by key
  private unmade = new Map<string, HTMLElement>(); // by nonce: posts whose final form has not come yet
  private written: Unsent[] = []; // in order, with those that have arrived until the next is sent
  private sending = false;
  private later = 0;
  private typedAt = 0;

  constructor(
    private root: HTMLElement,
    private list: List,
    private hooks: Hooks,
  ) {
    this.outbox = new Outbox(list.topic);
    this.form = root.querySelector("form.composer");
    this.field = this.form?.querySelector("textarea") ?? null;
    if (!this.form || !this.field) return;
    this.quotes = new Quotes(root, this.form.querySelector<HTMLElement>("[data-quotes]")!, (li, words) => this.quote(li, words));
    this.files = new Files(this.form);
    this.form.addEventListener("submit", (e) => this.submit(e));
    this.field.addEventListener("keydown", (e) => {
      if (composing(e) || e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
      e.preventDefault();
      this.form!.requestSubmit();
    });
    this.field.addEventListener("input", () => this.types());
    this.root.addEventListener("click", (e) => this.answer(e));
    this.form.querySelector("[data-drop]")!.addEventListener("click", (e) => {
      e.preventDefault();
      this.answers("", "");
      this.field!.focus();
    });
    addEventListener("online", () => this.sendAll());
    for (const u of this.outbox.all()) {
      this.files.leave(u.files ?? []);
      if (root.querySelector(`li[data-k="${CSS.escape(nonce(u))}"]`)) this.outbox.drop(u); // it had arrived before the page was read
      else this.show(u);
    }
    this.sendAll();
  }

  // busy tells whether somebody is in the middle of writing: then nothing above the field may move.
  busy(): boolean {
    return !!this.field?.value.trim() && !!this.form?.contains(document.activeElement);
  }

  typing(): boolean {
    return Date.now() - this.typedAt < typingLasts;
  }

  private types(): void {
    if (!this.field!.value || Date.now() - this.typedAt < typingEvery) return;
    if (this.hooks.typing()) this.typedAt = Date.now();
  }

  // place puts a post at the end of the list, before those that are still on their way.
  place(li: HTMLElement): void {
    const first = [...this.underway.values()].find((w) => w.isConnected);
    if (first) first.before(li);
    else this.list.end.append(li);
  }

  // own takes the frame of a post that was sent from here: the server names it as it was named here.
  own(f: Frame): boolean {
    const li = f.author?.id === this.list.me && this.unmade.get(f.nonce ?? "");
    if (!li) return false;
    for (const u of this.outbox.all()) if (nonce(u) === f.nonce) this.outbox.drop(u);
    for (const key of this.underway.keys()) if (key.startsWith(f.nonce!)) this.underway.delete(key);
    this.stand(li, f);
    return true;
  }

  private submit(e: SubmitEvent): void {
    e.preventDefault();
    const body = this.field!.value;
    const files = this.files!.all();
    if (!body.trim() && !files.length) {
      this.complain("本文を書いてください。");
      return;
    }
    if ([...body].length > most) {
      this.complain(`本文は20,000文字までです。いまは${[...body].length.toLocaleString("ja-JP")}文字です。2つに分けて送ってください。`);
      return;
    }
    this.complain("");
    this.hooks.beforeOwn();
    const u = this.outbox.make(body, this.form!.querySelector<HTMLInputElement>("[name=reply_to]")!.value, this.quotes!.all(), this.poll(), files);
    this.files!.leave(files);
    this.clear();
    this.show(u);
    this.sendAll();
  }

  // poll is the poll that the form describes, if it does.
  private poll(): Poll | undefined {
    const form = new FormData(this.form!);
    const lines = String(form.get("poll") ?? "").split("\n");
    const choices = lines.map((s) => s.trim()).filter(Boolean);
    if (!choices.length) return undefined;
    const days = Number(form.get("poll_days"));
    const end = days ? new Date(Date.now() + days * 86400_000).toISOString() : undefined;
    return { choices, many: form.has("poll_many"), named: form.has("poll_named"), ends_at: end };
  }

  private clear(): void {
    this.field!.value = "";
    this.answers("", "");
    this.quotes!.clear();
    this.files!.clear();
    for (const f of this.form!.querySelectorAll<HTMLInputElement>('[name="poll"], [name^="poll_"]')) {
      if (f.type === "checkbox") f.checked = false;
      else f.value = "";
    }
    this.form!.querySelector("details")?.removeAttribute("open");
    this.typedAt = 0;
    this.field!.dispatchEvent(new Event("input", { bubbles: true }));
    clearDraft(`topic:${this.list.topic}`);
  }

  private show(u: Unsent): void {
    const li = this.list.make(true);
    if (!li) return;
    const article = li.querySelector("article")!;
    article.classList.add("sending");
    article.removeAttribute("id");
    const p = document.createElement("p");
    p.textContent = u.body;
    p.className = "prewrap";
    const quoted = (u.quotes ?? []).map((q) => Object.assign(document.createElement("blockquote"), { className: "said-by prewrap", textContent: q.words }));
    const names = (u.files ?? []).map((f) => f.name).join("、");
    const files = Object.assign(document.createElement("p"), { className: "muted small", textContent: `ファイル：${names}`, hidden: !names });
    article.querySelector(".post-body")!.replaceChildren(...quoted, p, files);
    article.querySelector(".post-head b")!.textContent = "あなた";
    article.setAttribute("aria-label", "あなたの投稿（送信中）");
    this.underway.set(u.key, li);
    this.written.push(u);
    this.unmade.set(nonce(u), li);
    this.list.end.append(li);
    this.say(li, "送信中");
  }

  private say(li: HTMLElement, text: string, ...buttons: HTMLElement[]): void {
    const acts = li.querySelector<HTMLElement>(".post-acts")!;
    const said = document.createElement("span");
    said.className = "said";
    said.textContent = text;
    const dot = document.createElement("span");
    dot.className = "status-dot wait";
    said.prepend(dot);
    acts.replaceChildren(said, ...buttons);
  }

  // send sends a post and tells whether the next one may follow.
  private async send(u: Unsent): Promise<boolean> {
    const li = this.underway.get(u.key)!;
    const sent = await this.outbox.send(u);
    if (sent.ok) this.arrived(u, li, sent.id, sent.number, sent.n);
    else if (sent.again) {
      if (!this.underway.has(u.key)) return true; // taken back, or its frame came meanwhile
      this.say(li, sent.text, this.button("もう一度送る", () => this.sendAll()), this.button("取り消す", () => this.giveUp(u, li)));
      clearTimeout(this.later);
      this.later = setTimeout(() => this.sendAll(), sendAgain);
      return false;
    } else if (this.underway.has(u.key)) {
      this.giveUp(u, li);
      this.complain(sent.text);
    }
    return true;
  }

  // sendAll sends what waits, one after the other, so that it stands in the order in which it was written.
  private async sendAll(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let more = true; more; ) {
        this.written = this.written.filter((u) => this.underway.has(u.key));
        more = this.written.length > 0 && (await this.send(this.written[0]));
      }
    } finally {
      this.sending = false;
    }
  }

  // arrived makes the post on its way the post that stands. Its final form comes by the channel, before or behind the
  // answer; where there is no channel it is asked for.
  private arrived(u: Unsent, li: HTMLElement, id: string, number: number, n: number): void {
    this.outbox.drop(u);
    if (!this.underway.delete(u.key)) return; // its frame came first
    if (this.list.find(id)) {
      li.remove(); // it stood in the page already
      this.unmade.delete(nonce(u));
      return;
    }
    this.say(li, "届きました");
    li.dataset.id = id;
    li.dataset.n = String(n);
    li.querySelector("article")!.id = `p${number}`;
    setTimeout(() => this.unmade.has(nonce(u)) && this.fetchOwn(li, id, nonce(u)), frameWithin);
  }

  // stand gives the post its final form and keeps 「届きました」 for a moment.
  private stand(li: HTMLElement, f: Frame): void {
    this.unmade.delete(f.nonce ?? "");
    const made = this.list.make(true);
    if (!made) return;
    this.list.fill(made, f);
    const said = Object.assign(document.createElement("span"), { className: "said", textContent: "届きました" });
    made.querySelector(".post-acts")!.append(said);
    setTimeout(() => said.remove(), 3000);
    li.replaceWith(made);
    if (f.poll) this.hooks.poll(f.id!);
    this.hooks.watch(made);
    announce("投稿が届きました");
  }

  // fetchOwn reads how the server shows the post, where no channel tells it.
  private async fetchOwn(li: HTMLElement, id: string, name: string): Promise<void> {
    try {
      const answer = await fetch(`/api/v1/posts/${id}`);
      const p = await answer.json();
      if (answer.ok && li.isConnected && this.unmade.has(name)) this.stand(li, { ...p, t: "ev", n: Number(li.dataset.n ?? 0), nonce: name, reply_to: undefined });
    } catch {
      // it stands; how it looks comes with the next page
    }
  }

  private giveUp(u: Unsent, li: HTMLElement): void {
    this.outbox.drop(u);
    this.underway.delete(u.key);
    this.unmade.delete(nonce(u));
    li.remove();
    this.files!.back(u.files ?? []);
    if (!this.field!.value.trim()) {
      this.field!.value = u.body;
      for (const q of u.quotes ?? []) this.quotes!.add(q);
      const lines = this.form!.querySelector<HTMLTextAreaElement>("[name=poll]");
      if (u.poll && lines) {
        lines.value = u.poll.choices.join("\n");
        lines.closest("details")!.open = true;
      }
      this.field!.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  private button(text: string, act: () => void): HTMLElement {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "btn btn-quiet btn-sm";
    b.textContent = text;
    b.addEventListener("click", act);
    return b;
  }

  private complain(text: string): void {
    let p = this.form!.querySelector<HTMLElement>(".fielderror");
    if (!text) {
      p?.remove();
      this.field!.removeAttribute("aria-invalid");
      return;
    }
    if (!p) {
      p = document.createElement("p");
      p.className = "fielderror";
      p.id = "f-body-e";
      this.field!.after(p);
      this.field!.setAttribute("aria-describedby", p.id);
    }
    p.textContent = text;
    this.field!.setAttribute("aria-invalid", "true");
    this.field!.focus();
  }

  private answers(id: string, name: string): void {
    this.form!.querySelector<HTMLInputElement>("[name=reply_to]")!.value = id;
    const line = this.form!.querySelector<HTMLElement>("[data-answering]")!;
    line.hidden = !id;
    line.querySelector("span")!.textContent = id ? `${name}さんの投稿への返信` : "";
  }

  // answer begins a reply or a quotation without leaving the page.
  private answer(e: MouseEvent): void {
    const link = (e.target as Element).closest<HTMLAnchorElement>('.act[href*="?reply="], .act[href*="?quote="]');
    const li = link?.closest<HTMLElement>("li[data-id]");
    if (!link || !li || e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
    e.preventDefault();
    if (link.href.includes("?quote=")) return this.quote(li, this.quotes!.marked(li) || this.quotes!.wordsOf(li));
    this.answers(li.dataset.id!, nameOf(li));
    this.toField();
  }

  // quote puts words of a post above what is written, which answers it then.
  private quote(li: HTMLElement, words: string): void {
    this.answers(li.dataset.id!, nameOf(li));
    if (words) this.quotes!.add({ post: li.dataset.id!, words, name: nameOf(li) });
    this.toField();
  }

  private toField(): void {
    this.field!.scrollIntoView({ block: "nearest" });
    this.field!.focus();
  }
}

function nameOf(li: HTMLElement): string {
  return li.querySelector(".post-head b a")?.textContent?.trim() ?? "";
}
