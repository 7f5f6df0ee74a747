// Changes what stands beside the sheet, and turns the pages of a document, without loading the page anew: the sheet
// stays as it is zoomed, and the discussion stays live. The addresses are those that the links have without a script.
import { announce } from "../page/announce";

const byID = (root: Document, id: string) => root.getElementById(id);

async function fetchPage(address: string): Promise<Document> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// swap puts parts of a fresh page in the place of those that are shown. Notes that somebody is writing stay.
export function swap(fresh: Document, ids: string[]): void {
  for (const id of ids) {
    const old = byID(document, id);
    const now = byID(fresh, id);
    const typed = [...(old?.querySelectorAll("textarea") ?? [])].some((t) => t.value !== t.defaultValue);
    if (!old || !now || typed) continue;
    now.classList.toggle("is-shown", old.classList.contains("is-shown"));
    old.replaceWith(document.adoptNode(now));
  }
}

// watchSides opens a side when its link is pressed, or when something in it is pointed to.
export function watchSides(): void {
  const root = document.querySelector<HTMLElement>("[data-sides]");
  if (!root) return;
  root.dataset.scripted = "";
  const links = () => [...root.querySelectorAll<HTMLAnchorElement>("[data-side-link]")];
  const show = (name: string) => {
    for (const side of root.querySelectorAll<HTMLElement>("[data-side]")) side.classList.toggle("is-shown", side.dataset.side === name);
    for (const a of links()) a.dataset.sideLink === name ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current");
    root.closest("[data-viewer]")!.classList.toggle("is-broad", name === "beside" || name === "talk");
  };
  const pointed = () => {
    const to = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    const side = to?.closest<HTMLElement>("[data-side]");
    if (!side || side.classList.contains("is-shown")) return;
    show(side.dataset.side!);
    to!.scrollIntoView({ block: "nearest" });
  };
  root.addEventListener("click", async (e) => {
    const link = (e.target as Element).closest<HTMLAnchorElement>("[data-side-link]");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    const name = link.dataset.sideLink!;
    const side = root.querySelector<HTMLElement>(`[data-side="${name}"]`)!;
    if (name === "beside" && !side.querySelector(".prose, .transcript")) {
      try {
        swap(await fetchPage(link.href), [side.id]);
      } catch {
        location.href = link.href;
        return;
      }
    }
    show(name);
    history.replaceState(history.state, "", link.pathname + link.search);
    root.scrollTop = 0;
    if (root.getBoundingClientRect().top < 0) root.scrollIntoView();
  });
  addEventListener("hashchange", pointed);
  document.addEventListener("click", (e) => {
    const pin = (e.target as Element).closest<SVGAElement>("[data-pin]");
    if (pin) show("notes"); // its address may be the one that is shown already
  });
  pointed();
}

// watchStrip turns pages where they stand. done makes what is new work.
export function watchStrip(done: () => void): void {
  const strip = document.querySelector<HTMLElement>("#strip");
  const list = strip?.querySelector<HTMLElement>("[data-strip]");
  if (!strip || !list) return;
  const of = (number: string) => list.querySelector<HTMLAnchorElement>(`[data-turn="${number}"]`);
  const centre = () => {
    const at = list.querySelector<HTMLElement>("[aria-current]");
    if (at) list.scrollLeft = at.offsetLeft - list.offsetLeft - (list.clientWidth - at.offsetWidth) / 2;
  };
  let latest = 0;
  const turn = async (address: string): Promise<void> => {
    const mine = ++latest;
    const fresh = await fetchPage(address);
    if (mine !== latest) return;
    swap(fresh, ["stage", "turns", "side-text", "side-notes"]);
    const number = fresh.querySelector<HTMLElement>("[data-strip] [aria-current]")?.dataset.turn;
    if (!number) return;
    for (const a of list.querySelectorAll("[aria-current]")) a.removeAttribute("aria-current");
    of(number)?.setAttribute("aria-current", "page");
    centre();
    done();
    announce(`${number}頁を表示しています`);
  };
  strip.addEventListener("click", (e) => {
    const link = (e.target as Element).closest<HTMLAnchorElement>("[data-turn]");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    const way = link.rel;
    turn(link.href).then(
      () => {
        history.pushState(null, "", link.href);
        const again = way && strip.querySelector<HTMLElement>(`[rel="${way}"]`);
        if (way) (again || list.querySelector<HTMLElement>("[aria-current]"))?.focus({ preventScroll: true });
      },
      () => (location.href = link.href),
    );
  });
  list.addEventListener("keydown", (e) => {
    const links = [...list.querySelectorAll<HTMLAnchorElement>("a")];
    const at = links.indexOf(e.target as HTMLAnchorElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: links.length - 1 }[e.key];
    if (at < 0 || to === undefined || e.ctrlKey || e.altKey || e.metaKey) return;
    e.preventDefault();
    links[Math.min(Math.max(to, 0), links.length - 1)].focus();
  });
  addEventListener("popstate", () => {
    const number = new URLSearchParams(location.search).get("page") ?? list.querySelector<HTMLElement>("a")?.dataset.turn;
    if (number === list.querySelector<HTMLElement>("[aria-current]")?.dataset.turn) return; // only a place on the page
    turn(location.href).catch(() => location.reload());
  });
  centre();
}
