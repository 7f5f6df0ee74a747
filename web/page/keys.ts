import { composing, writing } from "./ime";
import { cookie } from "./look";

// What is known by where it leads needs no data-key of its own: a page has these once for each post.
const named: Record<string, string> = { l: ".react", r: '.act[href*="?reply="]', q: '.act[href*="?quote="]' };
const places: Record<string, string> = { h: "/home", a: "/archive", t: "/topics", m: "/members" };

// listenForKeys gives single keys their act where the page has a target for it: a list of [data-item], or an element
// with data-key. It stays out of fields, of input methods and of keys with Ctrl, Alt or Command, and can be switched
// off in 設定.
export function listenForKeys(): void {
  let going = 0; // when G was pressed
  document.addEventListener("keydown", (e) => {
    if (composing(e) || writing(e.target) || e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || cookie("keys") === "off") return;
    const key = e.key.toLowerCase();
    const went = Date.now() - going < 1500;
    going = 0;
    if (went && places[key] && document.body.dataset.person) {
      location.assign(places[key]);
    } else if (key === "g") {
      going = Date.now();
      return;
    } else if (!act(key)) {
      return;
    }
    e.preventDefault();
  });
}

// act does what a key means and tells whether it meant anything here.
function act(key: string): boolean {
  switch (key) {
    case "/":
      return toSearch();
    case "?":
      location.assign("/help/keys");
      return true;
    case "j":
      return step(1);
    case "k":
      return step(-1);
    case "o":
      return press(itemLink(here()));
    case "u":
      return toUnread();
  }
  if (!/^[a-z]$/.test(key)) return false;
  const selector = [`[data-key="${key}"]`, named[key]].filter(Boolean).join();
  for (const place of [here(), document.querySelector("main"), document]) {
    const target = place?.querySelector<HTMLElement>(selector);
    if (target) return press(target);
  }
  return false;
}

// toUnread goes to the line above the first new post, which is a heading.
function toUnread(): boolean {
  const line = document.querySelector<HTMLElement>(".newline");
  if (!line) return false;
  line.tabIndex = -1;
  line.scrollIntoView({ block: "center" });
  line.focus({ preventScroll: true });
  return true;
}

function toSearch(): boolean {
  const box = document.querySelector<HTMLInputElement>("main input[type=search], #q");
  if (box && box.offsetParent) box.focus();
  else location.assign("/archive");
  return true;
}

// here is the item that holds the focus.
function here(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-item]") ?? null;
}

function itemLink(item: HTMLElement | null): HTMLElement | null {
  if (!item) return null;
  return item.matches("a") ? item : item.querySelector<HTMLElement>("h2 a, h3 a, .post-head a, a[href]");
}

function step(by: number): boolean {
  const items = [...document.querySelectorAll<HTMLElement>("[data-item]")];
  if (!items.length) return false;
  const at = items.indexOf(here() as HTMLElement);
  const next = items[at < 0 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1)];
  const link = itemLink(next);
  next.scrollIntoView({ block: "nearest" });
  link?.focus({ preventScroll: false });
  return true;
}

function press(el: HTMLElement | null): boolean {
  if (!el || !el.offsetParent) return false;
  if (writing(el)) el.focus();
  else el.click();
  return true;
}
