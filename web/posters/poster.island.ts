// Zooms the sheet with buttons, keys, double-click and Ctrl+wheel, goes from one found word to the next, and shows what
// was read of a file as soon as it is there. Without it the sheet, its text and its pages are all on the page already.
import { announce } from "../page/announce";
import { swap, watchSides, watchStrip } from "./sides";
import type { Zoomer } from "./zoom.island";

const step = 1.5;
const moves: Record<string, [number, number]> = {
  ArrowLeft: [-0.2, 0],
  ArrowRight: [0.2, 0],
  ArrowUp: [0, -0.2],
  ArrowDown: [0, 0.2],
};

function watchStage(root: ParentNode): void {
  const stage = root.querySelector<HTMLElement>("[data-stage]");
  const tools = root.querySelector<HTMLElement>("[data-tools]");
  if (!stage || !tools) return;
  const now = tools.querySelector<HTMLElement>("[data-zoom-now]")!;
  const large = root.querySelector<HTMLElement>(".stage-large");
  const picture = stage.querySelector<HTMLElement>(".stage-img")!;
  tools.hidden = false;

  let zoomer: Promise<Zoomer> | undefined;
  const isOpen = () => stage.dataset.zoom === "on";
  const tell = (z: Zoomer) => {
    const text = isOpen() ? `${z.percent()}%` : "100%";
    if (now.textContent !== text) now.textContent = text;
  };

  // The plain sheet gives way to the zoomed one; the first time that is fetched.
  const open = async (): Promise<Zoomer | undefined> => {
    try {
      if (isOpen() && zoomer) return await zoomer;
      stage.dataset.zoom = "on";
      if (zoomer) {
        (await zoomer).reopen();
      } else {
        zoomer = import(stage.dataset.zoomer!).then((module) =>
          module.open(stage, stage.dataset.tiles!, picture.querySelector(".frames"), () => zoomer?.then(tell)),
        );
      }
      return await zoomer;
    } catch {
      zoomer = undefined;
      stage.querySelector(".zoomed")?.remove();
      stage.dataset.zoom = "off";
      large?.classList.add("is-needed");
      announce("拡大の用意ができませんでした。「大きな画像を開く」から見られます");
    }
  };
  const fit = async () => {
    if (!isOpen()) return;
    (await zoomer)?.close();
    stage.dataset.zoom = "off";
    now.textContent = "100%";
    announce("全体を表示しています");
  };
  const zoom = async (factor: number, x?: number, y?: number) => {
    if (!isOpen() && factor < 1) return;
    const z = await open();
    if (!z || !isOpen()) return; // the whole sheet was asked for meanwhile
    if (factor < 1 && z.percent() * factor < 105) return fit();
    const box = stage.getBoundingClientRect();
    z.by(factor, x === undefined ? undefined : x - box.left, y === undefined ? undefined : y - box.top);
    tell(z);
    announce(`${z.percent()}%で表示しています`);
  };

  tools.addEventListener("click", (e) => {
    const button = (e.target as Element).closest<HTMLElement>("button");
    const by = button?.dataset.zoomBy;
    if (by) by === "0" ? fit() : zoom(by === "1" ? step : 1 / step);
    if (button && "full" in button.dataset) toggleFull(stage.closest<HTMLElement>(".stage")!, button);
  });
  stage.addEventListener("keydown", async (e) => {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const factor = { "+": step, ";": step, "=": step, "-": 1 / step }[e.key];
    const move = isOpen() ? moves[e.key] : undefined;
    if (factor === undefined && !move && e.key !== "0") return;
    e.preventDefault();
    if (factor) await zoom(factor);
    else if (move) (await zoomer)?.pan(...move);
    else await fit();
  });
  stage.addEventListener(
    "wheel",
    (e) => {
      if (!e.ctrlKey) return; // the page's own scrolling is never taken
      e.preventDefault();
      zoom(e.deltaY < 0 ? 1.2 : 1 / 1.2, e.clientX, e.clientY);
    },
    { passive: false },
  );
  picture.addEventListener("dblclick", (e) => zoom(2, e.clientX, e.clientY));
  watchHits(root, async (frame) => {
    stage.scrollIntoView({ block: "nearest" });
    (await open())?.show(frame);
  });
}

// watchHits goes to the places where a word was found, from the list or one after the other.
function watchHits(root: ParentNode, show: (frame: SVGGElement) => void): void {
  const links = [...root.querySelectorAll<HTMLAnchorElement>(".hits a")];
  const steps = root.querySelector<HTMLElement>("[data-steps]");
  const told = root.querySelector<HTMLElement>("[data-which]");
  if (links.length === 0 || !steps || !told) return;
  const frameOf = (link: HTMLElement) => document.getElementById(link.dataset.frame ?? "") as unknown as SVGGElement | null;
  const pointed = links.findIndex((l) => l.hash !== "" && l.hash === location.hash);
  let at = pointed < 0 ? links.findIndex((l) => l.hasAttribute("aria-current")) : pointed;
  const mark = () => {
    links.forEach((l, i) => (i === at ? l.setAttribute("aria-current", "true") : l.removeAttribute("aria-current")));
    for (const g of root.querySelectorAll(".frame.cur")) g.classList.remove("cur");
    frameOf(links[at])?.classList.add("cur");
    told.textContent = `のうち ${at + 1}か所目`;
  };
  const go = (to: number, e?: Event) => {
    const frame = frameOf(links[to]);
    if (!frame) return e ? undefined : links[to].click(); // it stands on another page
    e?.preventDefault();
    at = to;
    mark();
    links[at].scrollIntoView({ block: "nearest" });
    show(frame);
    announce(`${at + 1}か所目：${links[at].querySelector("mark")?.parentElement?.textContent?.trim() ?? ""}`);
  };
  links.forEach((l, i) => l.addEventListener("click", (e) => go(i, e)));
  steps.hidden = links.length < 2;
  steps.addEventListener("click", (e) => {
    const by = (e.target as Element).closest<HTMLElement>("[data-step]")?.dataset.step;
    if (by) go((at + Number(by) + links.length) % links.length);
  });
  mark();
}

function toggleFull(stage: HTMLElement, button: HTMLElement): void {
  if (document.fullscreenElement) {
    document.exitFullscreen();
    return;
  }
  const back = () => {
    if (document.fullscreenElement) return;
    document.removeEventListener("fullscreenchange", back);
    button.focus();
  };
  document.addEventListener("fullscreenchange", back);
  if (!stage.requestFullscreen) announce("この端末では全画面にできません");
  else stage.requestFullscreen().catch(() => announce("この端末では全画面にできません"));
}

// waitForFile asks whether the file has been read further, and then puts the new sheet and its text in place of the old
// ones: no reload, and the discussion beside it stays as it is. The server holds the question until there is news; after a
// minute without any it is asked less often.
async function waitForFile(): Promise<void> {
  for (let asked = 0; ; asked++) {
    const poster = document.getElementById("poster");
    const address = poster?.dataset.waiting;
    if (!poster || !address) return;
    if (asked > 0) await new Promise((resolve) => setTimeout(resolve, asked < 20 ? 200 : 10_000));
    if (document.hidden) continue;
    try {
      const answer = await fetch(address);
      if (!answer.ok) return;
      const progress = await answer.text();
      if (address.endsWith(`=${progress}`)) continue;
      const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const further = fresh.getElementById("poster")?.dataset.waiting;
      if (further) poster.dataset.waiting = further;
      else delete poster.dataset.waiting;
      swap(fresh, ["sheet", "side-text", "side-notes"]);
      watchStage(document);
      watchStrip(() => watchStage(document));
      announce(progress === "pictured" ? "はじめの頁が見られます" : "ファイルを読み終わりました");
      asked = 0;
    } catch {
      // The connection is away for now; the next turn asks again.
    }
  }
}

watchStage(document);
watchSides();
watchStrip(() => watchStage(document));
waitForFile();
