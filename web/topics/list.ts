import type { Frame } from "../live/frame";

// The list of posts in the page: how a post is made, changed and found. It never scrolls and never moves the focus.

export const words: Record<string, string> = {
  author: "この投稿は、書いた人が取り消しました。",
  moderator: "この投稿は、運営が見えなくしています。",
  moved: "この投稿は、運営が別の話し合いに移しました。 ",
};

const clock = new Intl.DateTimeFormat("ja-JP", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Tokyo" });

export class List {
  readonly end: HTMLOListElement;
  private question?: boolean; // as last said; the page and its sketches are right before

  constructor(
    readonly root: HTMLElement,
    readonly topic: string,
    readonly me: string,
  ) {
    this.end = root.querySelector<HTMLOListElement>("[data-posts-end]")!;
  }

  find(id: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`li[data-id="${CSS.escape(id)}"]`);
  }

  // make builds a post from the sketch that the page brought.
  make(mine: boolean): HTMLElement | null {
    const sketch = this.root.querySelector<HTMLTemplateElement>(`template[data-sketch="${mine ? "mine" : "other"}"]`);
    const li = (sketch?.content.cloneNode(true) as DocumentFragment | undefined)?.querySelector("li") ?? null;
    if (li) this.ask(li);
    return li;
  }

  // asked shows what belongs to a question, or to a topic that is none.
  asked(question: boolean): void {
    this.question = question;
    if (question) this.offer();
    this.ask(document);
  }

  // offer gives every post the button by which it becomes the answer. A page that was no question came without them.
  private offer(): void {
    const sketch = this.root.querySelector<HTMLTemplateElement>("template[data-sketch=other]")?.content.querySelector("[data-accept]");
    if (!sketch) return;
    for (const quote of this.root.querySelectorAll<HTMLElement>('li[data-id] .act[href*="?quote="]')) {
      const li = quote.closest<HTMLElement>("li[data-id]")!;
      if (li.querySelector("[data-accept], #p1")) continue; // the first post asks
      const button = sketch.cloneNode(true) as HTMLElement;
      button.setAttribute("formaction", button.getAttribute("formaction")!.replace("/posts/ID/", `/posts/${li.dataset.id}/`));
      quote.after(" ", button);
    }
  }

  private ask(part: ParentNode): void {
    if (this.question === undefined) return;
    for (const el of part.querySelectorAll<HTMLElement>("[data-if]")) el.hidden = (el.dataset.if === "question") !== this.question;
  }

  // fill writes what a frame says of a whole post into its element.
  fill(li: HTMLElement, f: Frame): void {
    const article = li.querySelector<HTMLElement>("article")!;
    const author = f.author!;
    const mine = author.id === this.me;
    li.dataset.id = f.id!;
    li.dataset.n = String(f.n);
    article.classList.remove("sending");
    article.id = `p${f.number}`;
    article.setAttribute("aria-label", author.name + (mine ? "さん（あなた）の投稿" : "さんの投稿"));
    const avatar = article.querySelector<HTMLElement>(".avatar")!;
    const sign = author.place || author.name;
    avatar.textContent = [...sign][0] ?? "友";
    avatar.className = `avatar ${tint(sign)}`;
    const name = article.querySelector<HTMLAnchorElement>(".post-head b a")!;
    name.textContent = author.name;
    name.href = `/members/${author.id}`;
    this.note(article, author.place);
    this.stamp(article, f);
    this.body(article, f);
    for (const form of article.querySelectorAll<HTMLFormElement>("form")) this.aim(form, f.id!);
    this.counts(li, f.reactions ?? {});
  }

  private note(article: HTMLElement, place: string): void {
    let note = article.querySelector<HTMLElement>(".post-head > .muted");
    if (!note && place) {
      note = document.createElement("span");
      note.className = "muted small";
      article.querySelector(".post-head b")!.after(note);
    }
    if (note) note.textContent = place;
  }

  private stamp(article: HTMLElement, f: Frame): void {
    const at = new Date(f.at!);
    const time = article.querySelector("time")!;
    time.dateTime = f.at!;
    time.textContent = clock.format(at);
    time.title = at.toLocaleString("ja-JP", { timeZone: "Asia/Tokyo" });
    (time.parentElement as HTMLAnchorElement).href = `#p${f.number}`;
  }

  // body replaces the text alone. What a post says comes from the server, rendered and sanitised there.
  body(article: HTMLElement, f: Frame): void {
    const box = article.querySelector<HTMLElement>(".post-body")!;
    if (f.removed) {
      const gone = document.createElement("p");
      gone.className = "muted";
      gone.textContent = words[f.removed] ?? words.moderator;
      if (f.moved) gone.append(Object.assign(document.createElement("a"), { href: `/topics/${this.topic}/posts/${f.moved}`, textContent: "移した先で読む" }));
      box.replaceChildren(gone);
    } else {
      const text = document.createElement("div");
      text.className = "text";
      text.innerHTML = f.html ?? "";
      const poll = box.querySelector("[data-poll]") ?? (f.poll ? document.createElement("div") : null);
      poll?.setAttribute("data-poll", "");
      box.replaceChildren(...this.answered(f), text, ...(poll ? [poll] : []));
    }
    const acts = article.querySelector<HTMLElement>(".post-acts");
    if (acts) acts.hidden = !!f.removed;
    const end = article.querySelector(".post-head .end")!;
    end.querySelector("span")?.remove();
    if (f.edited_at) end.append(Object.assign(document.createElement("span"), { textContent: "直しました" }));
  }

  private answered(f: Frame): Node[] {
    if (!f.reply_to) return [];
    const p = document.createElement("p");
    p.className = "small replyto";
    const a = document.createElement("a");
    a.href = this.root.querySelector(`#p${f.reply_to.number}`) ? `#p${f.reply_to.number}` : `/topics/${this.topic}?from=${f.reply_to.number}#p${f.reply_to.number}`;
    a.textContent = `${f.reply_to.name}さんの投稿への返信`;
    p.append(a);
    return [p];
  }

  // aim points the acts of a sketch at its post.
  private aim(form: HTMLFormElement, id: string): void {
    const to = (s: string) => s.replace("/posts/ID/", `/posts/${id}/`).replace(/([?&](?:reply|quote|id)=)ID\b/, `$1${id}`);
    form.setAttribute("action", to(form.getAttribute("action")!));
    for (const a of form.querySelectorAll("a")) a.setAttribute("href", to(a.getAttribute("href")!));
    for (const b of form.querySelectorAll("button[formaction]")) b.setAttribute("formaction", to(b.getAttribute("formaction")!));
    form.querySelector<HTMLInputElement>("[name=idempotency_key]")!.value = newKey();
  }

  // accepted marks the post that answers the question.
  accepted(id: string): void {
    for (const b of this.root.querySelectorAll<HTMLButtonElement>("[data-accept]")) {
      const is = b.closest<HTMLElement>("li")?.dataset.id === id;
      b.value = String(!is);
      b.textContent = is ? "答えの印を外す" : "これが答え";
    }
  }

  // counts writes how many reacted, silently.
  counts(li: HTMLElement, counts: Record<string, number>): void {
    for (const b of li.querySelectorAll<HTMLButtonElement>("button.react")) {
      const n = counts[b.value] ?? 0;
      b.querySelector(".num")!.textContent = n > 0 ? n.toLocaleString("ja-JP") : "";
    }
  }

  // clear takes out the posts up to a number: those of the practice room that are a week old.
  clear(number: number): void {
    for (const article of this.root.querySelectorAll<HTMLElement>("li[data-id] > article")) {
      if (Number(article.id.slice(1)) <= number) article.parentElement!.remove();
    }
  }

  last(): HTMLElement | null {
    const all = this.root.querySelectorAll<HTMLElement>("ol.posts > li");
    return all[all.length - 1] ?? null;
  }

  // atEnd tells whether the last post can be seen, so that one more below it is what the reader waits for.
  atEnd(): boolean {
    const last = this.last();
    if (!last) return true;
    const bottom = last.getBoundingClientRect().bottom;
    return bottom > 0 && bottom <= innerHeight + 8;
  }
}

// tint picks the same tint for a name as the server does.
function tint(name: string): string {
  let sum = 2166136261;
  for (const b of new TextEncoder().encode(name)) sum = Math.imul(sum ^ b, 16777619) >>> 0;
  return ["", "b", "y", "p"][sum % 4];
}

export function newKey(): string {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
