import { announce } from "./announce";
import { composing } from "./ime";
import { forgetSearches, recentSearches } from "./recent";

interface Suggestion {
  kind: string;
  text: string;
  url?: string;
}

const groups: [string, string][] = [
  ["recent", "さいきんさがしたことば（この端末だけ）"],
  ["word", "ことば"],
  ["municipality", "自治体"],
  ["entry", "レポート・ポスター"],
  ["person", "人"],
  ["forget", "履歴"],
];
const most = 8;
let count = 0;

// attachSuggest makes a combobox of a text field. data-suggest names the one kind wanted and then only fills the
// field; without a kind a suggestion is a search or a place to go. Nothing happens while an input method composes.
export function attachSuggest(input: HTMLInputElement): void {
  const kind = input.dataset.suggest ?? "";
  const list = document.createElement("div");
  list.className = "suggest";
  list.id = `suggest-${++count}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "候補");
  input.parentElement!.classList.add("has-suggest");
  input.after(list);
  const attributes = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);

  let shown: Suggestion[] = [];
  let active = -1;
  let timer = 0;
  let request: AbortController | undefined;

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (n: number) => {
    const options = list.querySelectorAll<HTMLElement>("[role=option]");
    options[active]?.setAttribute("aria-selected", "false");
    active = (n + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  };

  const choose = (s: Suggestion) => {
    close();
    if (s.kind === "forget") {
      forgetSearches();
      announce("さがしたことばの履歴を消しました");
      return;
    }
    if (!kind && s.url?.startsWith("/") && !s.url.startsWith("//")) {
      location.assign(s.url);
      return;
    }
    input.value = s.text;
    if (kind) input.dispatchEvent(new Event("change", { bubbles: true }));
    else input.form?.requestSubmit();
  };

  const fetchNow = async () => {
    const q = input.value.trim();
    request?.abort();
    if (!q) return open(recentOnly());
    request = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(q)}`, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return close();
      const all: Suggestion[] = (await answer.json()).suggestions ?? [];
      if (document.activeElement !== input) return;
      open(order(kind ? all.filter((s) => s.kind === kind) : [...recent((s) => s !== q && s.startsWith(q)).slice(0, 2), ...all]));
    } catch {
      // A suggestion that does not come is not missed.
    }
  };

  const recent = (which: (s: string) => boolean): Suggestion[] =>
    recentSearches()
      .filter(which)
      .map((text) => ({ kind: "recent", text }));

  // recentOnly is what an empty field offers: one's own last searches, and a way to be rid of them.
  const recentOnly = (): Suggestion[] => {
    const last = kind ? [] : recent(() => true).slice(0, most - 1);
    return last.length ? [...last, { kind: "forget", text: "この端末の履歴を消す" }] : [];
  };

  const open = (found: Suggestion[]) => {
    shown = found;
    if (!shown.length) return close();
    draw(list, shown, choose);
    active = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", "true");
    list.hidden = false;
    announce(`候補が${shown.length}件あります`);
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(fetchNow, 150);
  };
  input.addEventListener("input", (e) => {
    if (!(e as InputEvent).isComposing) later();
  });
  input.addEventListener("compositionend", later);
  input.addEventListener("click", () => {
    if (!input.value && list.hidden) open(recentOnly());
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (e) => {
    if (composing(e)) return;
    if (list.hidden) {
      if (e.key === "ArrowDown") later();
      return;
    }
    if (e.key === "ArrowDown") mark(active + 1);
    else if (e.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
    else if (e.key === "Escape") close();
    else if (e.key === "Enter" && active >= 0) choose(shown[active]);
    else return;
    e.preventDefault();
  });
}

// order puts suggestions into the order of their groups and keeps the first eight.
function order(all: Suggestion[]): Suggestion[] {
  return groups.flatMap(([kind]) => all.filter((s) => s.kind === kind)).slice(0, most);
}

function draw(list: HTMLElement, shown: Suggestion[], choose: (s: Suggestion) => void): void {
  list.replaceChildren();
  for (const [kind, word] of groups) {
    const part = shown.filter((s) => s.kind === kind);
    if (!part.length) continue;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", word);
    const label = document.createElement("span");
    label.className = "group";
    label.setAttribute("aria-hidden", "true");
    label.textContent = word;
    group.append(label);
    for (const s of part) {
      const option = document.createElement("div");
      option.id = `${list.id}-${shown.indexOf(s)}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = s.text;
      option.addEventListener("mousedown", (e) => e.preventDefault()); // keeps the focus in the field
      option.addEventListener("click", () => choose(s));
      group.append(option);
    }
    list.append(group);
  }
}
