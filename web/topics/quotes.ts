// What a post under way quotes: shown above the field, sent with the post, taken out again one by one.
export interface Quoted {
  post: string;
  words: string;
  name: string;
}

const mostWords = 2000;

export class Quotes {
  private pop?: HTMLButtonElement;

  constructor(
    root: HTMLElement,
    private box: HTMLElement,
    private chosen: (li: HTMLElement, words: string) => void,
  ) {
    document.addEventListener("selectionchange", () => this.offer(root));
    addEventListener("scroll", () => this.hide(), { passive: true });
    for (const q of box.querySelectorAll<HTMLElement>("blockquote")) q.append(this.remover(q));
  }

  all(): Quoted[] {
    const value = (q: Element, name: string) => q.querySelector<HTMLInputElement>(`[name=${name}]`)!.value;
    return [...this.box.querySelectorAll("blockquote")].map((q) => ({
      post: value(q, "quote"),
      words: value(q, "quote_words"),
      name: q.querySelector("p")?.dataset.name ?? "",
    }));
  }

  clear(): void {
    this.box.replaceChildren();
  }

  add(q: Quoted): void {
    const made = document.createElement("blockquote");
    made.className = "quote quoting";
    const field = (name: string, value: string) => Object.assign(document.createElement("input"), { type: "hidden", name, value });
    const line = (textContent: string, className = "") => Object.assign(document.createElement("p"), { textContent, className });
    const head = line(`${q.name}さんの投稿から引用`, "small");
    head.dataset.name = q.name;
    made.append(field("quote", q.post), field("quote_words", q.words), head, line(q.words), this.remover(made));
    this.box.append(made);
  }

  // wordsOf is all of a post's own text, without what it quotes itself.
  wordsOf(li: HTMLElement): string {
    const copy = li.querySelector<HTMLElement>(".post-body .text")?.cloneNode(true) as HTMLElement | undefined;
    for (const alien of copy?.querySelectorAll(".said-by, .files") ?? []) alien.remove();
    return cut(copy?.textContent ?? "");
  }

  // marked are the words that are selected in a post, nothing when more than one text is.
  marked(li: HTMLElement): string {
    const s = getSelection();
    const text = li.querySelector(".post-body .text");
    if (!s || s.isCollapsed || !text?.contains(s.anchorNode) || !text.contains(s.focusNode)) return "";
    return cut(s.toString());
  }

  private remover(q: HTMLElement): HTMLElement {
    const b = Object.assign(document.createElement("button"), { type: "button", className: "act", textContent: "引用を外す" });
    b.addEventListener("click", () => {
      q.remove();
      document.getElementById("f-body")?.focus();
    });
    return b;
  }

  // offer shows a button near words that were selected in a post.
  private offer(root: HTMLElement): void {
    const s = getSelection();
    const from = s?.anchorNode?.parentElement;
    const li = from?.closest<HTMLElement>("li[data-id]");
    const words = li && root.contains(li) && !from!.closest(".said-by, .files") ? this.marked(li) : "";
    if (!li || !words) return this.hide();
    this.pop ??= this.button();
    const at = s!.getRangeAt(0).getBoundingClientRect();
    this.pop.style.top = `${Math.min(innerHeight - 60, at.bottom + 8)}px`;
    this.pop.style.left = `${Math.max(8, Math.min(innerWidth - 180, at.left))}px`;
    this.pop.onclick = () => {
      this.hide();
      this.chosen(li, words);
      getSelection()?.removeAllRanges();
    };
    root.append(this.pop);
  }

  private hide(): void {
    this.pop?.remove();
  }

  private button(): HTMLButtonElement {
    const b = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary btn-sm quote-pop", textContent: "引用して返信" });
    b.addEventListener("mousedown", (e) => e.preventDefault()); // what is selected stays selected
    return b;
  }
}

function cut(s: string): string {
  return [...s.trim()].slice(0, mostWords).join("");
}
