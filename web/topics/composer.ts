import { announce } from "../page/announce";
import { clearDraft } from "../page/draft";
import { composing } from "../page/ime";
import type { Frame } from "../live/frame";
import type { List } from "./list";
import { Outbox, type Unsent } from "./outbox";

interface Hooks {
  typing(): boolean;
  beforeOwn(): void; // what waits comes in before one's own post
  watch(li: HTMLElement): void;
}

const typingEvery = 3000;
const typingLasts = 5000;
const sendAgain = 10_000;
const most = 20_000;

// The composer sends without leaving the page. A post stands in the list at once, says how far it is, and is sent again
// until the server has it. Enter never sends; Ctrl+Enter does, unless an input method is at work.
export class Composer {
  private form: HTMLFormElement | null;
  private field: HTMLTextAreaElement | null;
  private outbox: Outbox;
  private underway = new Map<string, HTMLElement>(); // by key
  private early = new Map<string, Frame>(); // own posts whose answer has not come yet
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
    for (const u of this.outbox.all()) this.show(u);
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

  // own takes a frame that may be the answer to what was sent here; it is known for certain once the server has answered.
  own(f: Frame): boolean {
    if (f.author?.id !== this.list.me || this.underway.size === 0) return false;
    this.early.set(f.id!, f);
    return true;
  }

  private submit(e: SubmitEvent): void {
    e.preventDefault();
    const body = this.field!.value;
    if (!body.trim()) {
      this.complain("本文を書いてください。");
      return;
    }
    if ([...body].length > most) {
      this.complain(`本文は20,000文字までです。いまは${[...body].length.toLocaleString("ja-JP")}文字です。2つに分けて送ってください。`);
      return;
    }
    this.complain("");
    this.hooks.beforeOwn();
    const u = this.outbox.make(body, this.form!.querySelector<HTMLInputElement>("[name=reply_to]")!.value);
    this.clear();
    this.show(u);
    this.send(u);
  }

  private clear(): void {
    this.field!.value = "";
    this.answers("", "");
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
    article.querySelector(".post-body")!.replaceChildren(p);
    article.querySelector(".post-head b")!.textContent = "あなた";
    article.setAttribute("aria-label", "あなたの投稿（送信中）");
    this.underway.set(u.key, li);
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

  private async send(u: Unsent): Promise<void> {
    const li = this.underway.get(u.key);
    if (!li || li.dataset.sending) return;
    li.dataset.sending = "yes";
    const sent = await this.outbox.send(u);
    delete li.dataset.sending;
    if (sent.ok) return this.arrived(u, li, sent.id, sent.number, sent.n);
    if (sent.again) {
      this.say(li, sent.text, this.button("もう一度送る", () => this.send(u)), this.button("取り消す", () => this.giveUp(u, li)));
      setTimeout(() => this.send(u), sendAgain);
      return;
    }
    this.giveUp(u, li);
    this.complain(sent.text);
  }

  private sendAll(): void {
    for (const u of this.outbox.all()) this.send(u);
  }

  // arrived makes the post on its way the post that stands, with what the channel says of it.
  private arrived(u: Unsent, li: HTMLElement, id: string, number: number, n: number): void {
    this.outbox.drop(u);
    this.underway.delete(u.key);
    const there = this.list.find(id);
    if (there) {
      li.remove(); // it came by the channel before, on an earlier page perhaps
    } else {
      this.say(li, "届きました");
      li.dataset.id = id;
      li.dataset.n = String(n);
      li.querySelector("article")!.id = `p${number}`;
    }
    const frame = this.early.get(id);
    this.early.delete(id);
    if (frame && !there) this.stand(li, frame);
    else if (!there) this.fetchOwn(li, id);
    if (this.underway.size === 0) for (const f of this.early.values()) this.foreign(f);
  }

  // stand gives the post its final form and keeps 「届きました」 for a moment.
  private stand(li: HTMLElement, f: Frame): void {
    const made = this.list.make(true);
    if (!made) return;
    this.list.fill(made, f);
    const said = Object.assign(document.createElement("span"), { className: "said", textContent: "届きました" });
    made.querySelector(".post-acts")!.append(said);
    setTimeout(() => said.remove(), 3000);
    li.replaceWith(made);
    this.hooks.watch(made);
    announce("投稿が届きました");
  }

  // foreign puts in what one wrote on another screen.
  private foreign(f: Frame): void {
    this.early.delete(f.id!);
    if (this.list.find(f.id!)) return;
    const li = this.list.make(true);
    if (!li) return;
    this.list.fill(li, f);
    this.place(li);
    this.hooks.watch(li);
  }

  // fetchOwn reads how the server shows the post, where no channel tells it.
  private async fetchOwn(li: HTMLElement, id: string): Promise<void> {
    try {
      const answer = await fetch(`/api/v1/posts/${id}`);
      const p = await answer.json();
      if (answer.ok && li.isConnected) this.stand(li, { ...p, t: "ev", n: Number(li.dataset.n ?? 0), reply_to: undefined });
    } catch {
      // it stands; how it looks comes with the next page
    }
  }

  private giveUp(u: Unsent, li: HTMLElement): void {
    this.outbox.drop(u);
    this.underway.delete(u.key);
    li.remove();
    if (!this.field!.value.trim()) {
      this.field!.value = u.body;
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
    const link = (e.target as Element).closest<HTMLAnchorElement>('a[data-act="reply"], a[data-act="quote"]');
    const li = link?.closest<HTMLElement>("li[data-id]");
    if (!link || !li || e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
    e.preventDefault();
    this.answers(li.dataset.id!, li.querySelector(".post-head b a")?.textContent?.trim() ?? "");
    if (link.dataset.act === "quote") this.quote(li);
    this.field!.scrollIntoView({ block: "nearest" });
    this.field!.focus();
  }

  // quote puts the marked words of a post, or all of it, above what is written.
  private quote(li: HTMLElement): void {
    const body = li.querySelector<HTMLElement>(".post-body .text");
    const marked = getSelection();
    const inside = marked && !marked.isCollapsed && body?.contains(marked.anchorNode) && body.contains(marked.focusNode);
    const text = (inside ? marked.toString() : (body?.innerText ?? "")).trim();
    const field = this.field!;
    field.setRangeText("> " + text.replace(/\n+/g, "\n> ") + "\n\n", field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
