// Fills the wall while somebody looks: when the live channel says that a sheet has become readable, the wall is read again
// and what is new is hung. Whoever has scrolled down or stands on a poster is told instead, and nothing moves.
import { announce } from "../page/announce";
import type {} from "../live/start";

const settle = 400; // several sheets that are read together come together

function start(): void {
  const pill = document.querySelector<HTMLElement>("[data-wall-news]");
  let fresh: HTMLElement | undefined;
  let timer = 0;
  let latest = Number(document.getElementById("wall")!.dataset.seq);

  const wall = () => document.getElementById("wall")!;
  const names = (of: ParentNode) => [...of.querySelectorAll<HTMLElement>("a.pin")].map((a) => a.getAttribute("href")!);
  const looks = (of: ParentNode) => [...of.querySelectorAll("a.pin")].map((a) => a.getAttribute("href")! + a.querySelector("img")?.getAttribute("src")).join();
  const mayMove = () => scrollY < 200 && !wall().contains(document.activeElement);

  async function read(): Promise<void> {
    const address = new URL(location.href);
    address.searchParams.set("min_seq", String(latest));
    try {
      const answer = await fetch(address);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("wall");
      if (!now || looks(now) === looks(wall())) return;
      fresh = document.adoptNode(now);
      const count = page.querySelector("main [role=status]");
      const shown = document.querySelector("main [role=status]");
      if (count && shown) shown.replaceChildren(...document.adoptNode(count).childNodes);
      if (mayMove()) hang();
      else if (pill) pill.hidden = false;
    } catch {
      // The connection is away; the channel says it again when it is back.
    }
  }

  // hang puts what is there already back as it stands, so that no picture is loaded again, and the rest beside it.
  function hang(): HTMLElement | undefined {
    if (!fresh) return;
    const old = new Map([...wall().querySelectorAll<HTMLElement>("li")].map((li) => [looks(li), li]));
    const before = new Set(names(wall()));
    let first: HTMLElement | undefined;
    let many = 0;
    for (const li of fresh.querySelectorAll<HTMLElement>(".wall > li")) {
      const same = old.get(looks(li));
      if (same) li.replaceWith(same);
      else if (!before.has(names(li)[0])) {
        many++;
        first ??= li;
      }
    }
    wall().replaceWith(fresh);
    fresh = undefined;
    if (pill) pill.hidden = true;
    if (many) announce(`新しいポスターが${many}枚加わりました`);
    return first;
  }

  pill?.addEventListener("click", (e) => {
    e.preventDefault();
    const first = hang();
    (first ?? wall()).querySelector<HTMLElement>("a.pin")?.focus();
  });
  document.addEventListener("wall", (e) => {
    const seq = (e as CustomEvent<number>).detail;
    if (seq <= latest) return;
    latest = seq;
    clearTimeout(timer);
    timer = window.setTimeout(read, settle);
  });
  window.link?.watchWall(Number(wall().dataset.seq));
}

start();
