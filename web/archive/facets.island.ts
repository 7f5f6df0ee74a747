// Applies a condition as soon as it is chosen: what was found and how much each choice would give are taken from the
// page that the form leads to. The focus stays, the address follows, and the number found is said. On a phone the
// conditions are a page of their own: there the button says how much it will show. Without this the button does it all.
import { announce } from "../page/announce";

const form = document.querySelector<HTMLFormElement>("form[data-facets]");
const alone = form?.hasAttribute("data-panel") ?? false;
let asked: AbortController | undefined;

// addressOf is where the form leads, without what is empty.
function addressOf(of: HTMLFormElement): URL {
  const url = new URL(of.action);
  for (const [name, value] of new FormData(of)) if (value) url.searchParams.append(name, String(value));
  return url;
}

// show puts the answer of an address into the page; what cannot be had is asked for as an ordinary page.
async function show(url: URL, into: HTMLFormElement): Promise<void> {
  asked?.abort();
  const mine = (asked = new AbortController());
  const page = new URL(url);
  if (alone) page.searchParams.set("panel", "filters");
  into.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(page, { signal: mine.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = next.querySelector<HTMLFormElement>("form[data-facets]");
    if (mine.signal.aborted) return;
    if (!fresh) throw new Error("no conditions");
    refill(into, fresh);
    document.title = next.title;
    takeOver(document.getElementById("found"), next.getElementById("found"));
    count(into);
    announce(`${into.dataset.facets}件見つかりました`);
  } catch {
    if (!mine.signal.aborted && !alone) location.assign(url);
  } finally {
    if (asked === mine) into.removeAttribute("aria-busy");
  }
}

// takeOver shows what was found; the box with the words stays the same one, with what is typed and suggested in it.
function takeOver(found: HTMLElement | null, fresh: HTMLElement | null): void {
  if (!found || !fresh) return;
  const box = found.querySelector("#aq");
  const nodes = document.adoptNode(fresh);
  if (box) nodes.querySelector("#aq")?.replaceWith(box);
  found.replaceChildren(...nodes.childNodes);
}

// refill takes the choices and their numbers over, and leaves open what is open and the focus where it is.
function refill(old: HTMLFormElement, fresh: HTMLFormElement): void {
  const focused = document.activeElement as HTMLInputElement | null;
  const open = [...old.querySelectorAll("details[open]")].map(titleOf);
  old.dataset.facets = fresh.dataset.facets;
  old.replaceChildren(...document.adoptNode(fresh).childNodes);
  for (const box of old.querySelectorAll("details")) box.open = box.open || open.includes(titleOf(box));
  if (focused?.name) {
    old.querySelector<HTMLElement>(`[name="${CSS.escape(focused.name)}"][value="${CSS.escape(focused.value)}"]`)?.focus({ preventScroll: true });
  }
}

// titleOf names a box of choices, whatever its numbers are.
function titleOf(box: Element): string {
  return `${box.parentElement?.closest("details")?.querySelector("summary")?.textContent ?? ""}/${(box.querySelector("summary")?.textContent ?? "").replace(/（.*/, "")}`;
}

// count tells on the button of the phone's page what it will show.
function count(of: HTMLFormElement): void {
  const button = of.querySelector<HTMLElement>("button[type=submit]");
  if (alone && button) button.textContent = `${Number(of.dataset.facets).toLocaleString()}件を表示する`;
}

if (form) {
  count(form);
  form.addEventListener("change", () => {
    const url = addressOf(form);
    if (alone) {
      const panel = new URL(url);
      panel.searchParams.set("panel", "filters");
      history.replaceState(null, "", panel);
    } else {
      history.pushState(null, "", url);
    }
    void show(url, form);
  });
  if (!alone) addEventListener("popstate", () => void show(new URL(location.href), form));
}
