// Zooms the sheet with buttons, keys and Ctrl+wheel, moves to a found word, and shows what was read of a file as soon
// as it is there. Without it the sheet, its text and its pages are all on the page already.
import { announce } from "../page/announce";

const percents = [100, 150, 200, 300, 400];

function watchStage(root: ParentNode): void {
  const stage = root.querySelector<HTMLElement>("[data-stage]");
  const tools = root.querySelector<HTMLElement>("[data-tools]");
  if (!stage || !tools) return;
  const image = stage.querySelector("img")!;
  const now = tools.querySelector<HTMLElement>("[data-zoom-now]")!;
  tools.hidden = false;
  root.querySelector<HTMLElement>(".stage-large")?.setAttribute("hidden", "");

  const zoom = (step: number) => {
    const before = Number(stage.dataset.zoom);
    const after = step === 0 ? 1 : Math.min(percents.length, Math.max(1, before + step));
    if (after === before) return;
    // What stands in the middle stays there.
    const x = (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth;
    const y = (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight;
    stage.dataset.zoom = String(after);
    if (after > 1) image.sizes = "200vw"; // the largest picture
    stage.scrollLeft = x * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = y * stage.scrollHeight - stage.clientHeight / 2;
    now.textContent = `${percents[after - 1]}%`;
    announce(`${percents[after - 1]}%で表示しています`);
  };

  tools.addEventListener("click", (e) => {
    const button = (e.target as Element).closest<HTMLElement>("button");
    if (!button) return;
    if (button.dataset.zoomBy) zoom(Number(button.dataset.zoomBy));
    if ("full" in button.dataset) toggleFull(stage.closest<HTMLElement>(".stage")!);
  });
  stage.addEventListener("keydown", (e) => {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const step = { "+": 1, ";": 1, "=": 1, "-": -1, "0": 0 }[e.key];
    if (step === undefined) return;
    e.preventDefault();
    zoom(step);
  });
  stage.addEventListener(
    "wheel",
    (e) => {
      if (!e.ctrlKey) return; // the page's own scrolling is never taken
      e.preventDefault();
      zoom(e.deltaY < 0 ? 1 : -1);
    },
    { passive: false },
  );
  root.querySelector(".hits")?.addEventListener("click", (e) => {
    const link = (e.target as Element).closest<HTMLElement>("[data-frame]");
    const frame = link && document.getElementById(link.dataset.frame!);
    if (!frame) return;
    e.preventDefault();
    for (const other of document.querySelectorAll(".frame.cur")) other.classList.remove("cur");
    for (const other of document.querySelectorAll(".hits [aria-current]")) other.removeAttribute("aria-current");
    frame.classList.add("cur");
    link.setAttribute("aria-current", "true");
    frame.scrollIntoView({ block: "nearest", inline: "center" });
  });
}

function toggleFull(stage: HTMLElement): void {
  if (document.fullscreenElement) document.exitFullscreen();
  else stage.requestFullscreen?.().catch(() => announce("この端末では全画面にできません"));
}

// waitForFile asks now and then whether the file has been read, less often as time goes by, and then puts the new
// sheet in place of the old one: no reload, and what was typed into the search field stays.
async function waitForFile(): Promise<void> {
  for (let pause = 1500; ; pause = Math.min(pause * 1.3, 15_000)) {
    const poster = document.getElementById("poster");
    const address = poster?.dataset.waiting;
    if (!poster || !address) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (document.hidden) continue;
    try {
      const answer = await fetch(address);
      if (!answer.ok) return;
      if ((await answer.text()) === "processing") continue;
      const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html").getElementById("poster");
      if (!fresh) return;
      poster.replaceWith(document.adoptNode(fresh));
      watchStage(fresh);
      announce("ファイルを読み終わりました");
    } catch {
      // The connection is away for now; the next turn asks again.
    }
  }
}

watchStage(document);
waitForFile();
