// Runs the slideshow: goes on by itself, fills the screen, listens to keys. Each slide is the server's own page, asked for
// when it is its turn, so that what was taken back is not shown and what is new comes in. Who wishes less motion starts it.
import { announce } from "../page/announce";

const every = 12_000;

function start(root: HTMLElement): void {
  const run = root.querySelector<HTMLButtonElement>("[data-run]")!;
  const full = root.querySelector<HTMLButtonElement>("[data-full]")!;
  const slide = () => root.querySelector<HTMLElement>("#slide")!;
  let running = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer = 0;
  let going = false;

  const wait = () => {
    clearTimeout(timer);
    if (running) timer = window.setTimeout(() => go("next", false), every);
  };
  const set = (on: boolean) => {
    running = on;
    run.textContent = on ? "止める" : "自動で進める";
    wait();
  };

  // go puts the next slide in place once its picture can be drawn: nothing is seen being built up.
  async function go(way: "next" | "prev", byHand: boolean): Promise<void> {
    if (going || (document.hidden && !byHand)) return wait();
    going = true;
    const address = slide().dataset[way]!;
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = document.adoptNode(page.getElementById("slide")!);
      const picture = fresh.querySelector("img");
      if (picture) await picture.decode().catch(() => {});
      slide().replaceWith(fresh);
      for (const a of root.querySelectorAll<HTMLAnchorElement>("[data-go]")) a.href = fresh.dataset[a.dataset.go!]!;
      history.replaceState(null, "", address);
      if (byHand) announce(fresh.querySelector(".show-text")?.textContent?.replace(/\s+/g, " ").trim() ?? "");
    } catch {
      if (byHand) announce("つながりません。少し待ってから、もう一度お試しください");
    } finally {
      going = false;
      wait();
    }
  }

  const fill = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (root.requestFullscreen) root.requestFullscreen().catch(() => announce("この端末では全画面にできません"));
    else announce("この端末では全画面にできません");
  };

  run.hidden = full.hidden = false;
  run.addEventListener("click", () => set(!running));
  full.addEventListener("click", fill);
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement) full.focus();
  });
  for (const a of root.querySelectorAll<HTMLAnchorElement>("[data-go]")) {
    a.addEventListener("click", (e) => {
      e.preventDefault();
      go(a.dataset.go as "next" | "prev", true);
    });
  }
  document.addEventListener("keydown", (e) => {
    const on = e.target as HTMLElement;
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey || on.closest("input, textarea, select")) return;
    if (e.key === "ArrowRight" || e.key === "PageDown") go("next", true);
    else if (e.key === "ArrowLeft" || e.key === "PageUp") go("prev", true);
    else if (e.key === "f" || e.key === "F") fill();
    else if (e.key === " " && !on.closest("a, button")) set(!running);
    else return;
    e.preventDefault();
  });
  set(running);
}

const show = document.querySelector<HTMLElement>("[data-show]");
if (show) start(show);
