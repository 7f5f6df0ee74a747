// The poster session's page follows by itself: at the end of each turn by the server's clock, and whenever a host moves
// it on. Who is in the middle of writing stays where they are until they say so. A bell rings where it was switched on;
// it is shown and spoken everywhere.
import { announce } from "../page/announce";
import type { Frame } from "../live/frame";
import type {} from "../live/start";
import { Bell } from "./bell";

const askEvery = 20_000; // where nothing tells, and to keep to the server's clock
const bell = new Bell();

let root = document.getElementById("session")!;
let ahead = Number(root.dataset.now) - Date.now(); // the server's clock before ours
let waiting: HTMLElement | undefined; // the next page, for who still writes
let following = false;
let missed = false;
let bestTrip = Infinity;

const serverNow = () => Date.now() + ahead;

// follow reads the page again and goes where it stands.
async function follow(): Promise<void> {
  if (following) {
    missed = true;
    return;
  }
  following = true;
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("session");
    if (fresh) come(document.adoptNode(fresh));
  } catch {
    setTimeout(follow, 2000);
  }
  following = false;
  if (missed) {
    missed = false;
    void follow();
  }
}

// come takes the page as it is now.
function come(fresh: HTMLElement): void {
  const at = (el: HTMLElement) => `${el.dataset.phase}-${el.dataset.position}`;
  const shown = (el: HTMLElement) => (/running|paused/.test(el.dataset.phase!) ? `turn-${el.dataset.position}` : el.dataset.phase!);
  const before = waiting ?? root;
  if (at(fresh) !== at(before)) {
    const rings = shown(fresh) !== shown(before); // a pause is silent
    if (rings) ring();
    announce((rings ? "鐘が鳴りました。" : "") + fresh.dataset.says!);
  }
  if (shown(fresh) === shown(root)) {
    waiting = undefined;
    head(fresh);
  } else if (writing()) {
    waiting = fresh;
    offer(fresh);
  } else {
    swap(fresh);
  }
}

function ring(): void {
  bell.ring();
  rung = Date.now();
}
let rung = 0;

// writing tells whether somebody is in the middle of a text.
function writing(): boolean {
  const field = document.activeElement as HTMLTextAreaElement | null;
  return field?.tagName === "TEXTAREA" && root.contains(field) && field.value.trim() !== "";
}

function offer(fresh: HTMLElement): void {
  const bar = root.querySelector<HTMLElement>("[data-moved]")!;
  bar.hidden = false;
  bar.querySelector("span")!.textContent = `鐘が鳴りました。${fresh.dataset.says}。書いている文は下書きに残ります`;
  bar.querySelector("button")!.onclick = () => waiting && swap(waiting);
}

// head renews what stands above the sheet, and the times.
function head(fresh: HTMLElement): void {
  root.querySelector("[data-moved]")!.setAttribute("hidden", "");
  for (const name of ["mark", "phase", "position", "next", "says"]) root.dataset[name] = fresh.dataset[name]!;
  const old = root.querySelector("[data-head]")!;
  const held = old.contains(document.activeElement) ? (document.activeElement as HTMLButtonElement) : null;
  old.replaceWith(fresh.querySelector("[data-head]")!);
  if (held) root.querySelector<HTMLElement>(held.value ? `[data-hosting] [value="${held.value}"]` : "h1")?.focus();
  dress();
}

// swap puts the next sheet in the place of the last one, with its notes and its talk.
function swap(fresh: HTMLElement): void {
  const inside = root.contains(document.activeElement);
  const hosting = document.activeElement?.closest("[data-hosting]") ? (document.activeElement as HTMLButtonElement).value : "";
  for (const old of root.querySelectorAll<HTMLElement>("[data-live]")) window.link?.part(old.dataset.live!);
  root.replaceWith(fresh);
  root = fresh;
  waiting = undefined;
  document.dispatchEvent(new Event("sheet"));
  listen();
  dress();
  if (inside) (root.querySelector<HTMLElement>(`[data-hosting] [value="${hosting}"]`) ?? root.querySelector<HTMLElement>("#h-turn") ?? root.querySelector("h1"))?.focus({ preventScroll: true });
}

// listen follows the session's own topic, unless its talk is on the page and passes everything on.
function listen(): void {
  const topic = root.dataset.topic!;
  if (root.querySelector(`[data-live="${topic}"]`)) return;
  if (!window.link) return void setTimeout(listen, 1000);
  const place = { n: Number(root.dataset.n), epoch: root.dataset.epoch!, take, presence() {}, state() {} };
  window.link.join(topic, place);
}

function take(f: Frame): void {
  if (f.kind === "session") void follow();
}
document.addEventListener("talk", (e) => {
  const f = (e as CustomEvent<Frame>).detail;
  if (f.topic === root.dataset.topic) take(f);
});

// dress shows what exists only with a script, as it was before.
function dress(): void {
  const venue = root.querySelector<HTMLButtonElement>("[data-venue]");
  if (venue && document.fullscreenEnabled) {
    venue.hidden = false;
    venue.onclick = () => document.documentElement.requestFullscreen().then(() => document.body.classList.add("venue"));
  }
  const button = root.querySelector<HTMLButtonElement>("[data-bell]");
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(bell.on));
  button.onclick = async () => {
    await bell.turn(!bell.on);
    button.setAttribute("aria-pressed", String(bell.on));
    announce(bell.on ? "鐘の音を出します" : "鐘の音を止めました");
  };
}

// The venue's screen shows the sheet, its title and the clock alone, until Escape.
document.addEventListener("fullscreenchange", () => {
  if (document.fullscreenElement || !document.body.classList.contains("venue")) return;
  document.body.classList.remove("venue");
  root.querySelector<HTMLElement>("[data-venue]")?.focus();
});

// What a host presses goes without leaving the page.
document.addEventListener(
  "submit",
  async (e) => {
    const form = e.target as HTMLFormElement;
    const button = (e as SubmitEvent).submitter as HTMLButtonElement | null;
    if (!form.matches("[data-hosting]") || !button) return;
    e.preventDefault();
    e.stopPropagation();
    if (button.value === "stop" && !confirm("発表会を終えますか。終えると、記録のページになります。")) return;
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    body.set("act", button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect" && !answer.ok) announce("いま、ほかの人が進めました。画面を新しくします");
    } catch {
      announce("いまつながっていません。つながってから、もう一度押してください");
    }
    void follow();
  },
  true,
);

// tick counts on by the server's clock and goes on when the time has come.
let due = 0;
function tick(): void {
  const next = Number((waiting ?? root).dataset.next);
  const left = next - serverNow();
  const out = root.querySelector<HTMLElement>("[data-left]");
  if (out && next > 0 && !waiting) {
    const text = clock(Math.max(0, left));
    if (out.textContent !== text) out.textContent = text;
  }
  const label = root.querySelector<HTMLElement>("[data-rung]");
  const says = Date.now() - rung < 8000 ? "鐘が鳴りました" : "このポスター";
  if (label && label.textContent !== says) label.textContent = says;
  if (next > 0 && left <= 0 && Date.now() - due > 1000) {
    due = Date.now();
    void follow();
  }
}

function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds >= 48 * 3600) return `あと${Math.floor(seconds / 86400)}日`;
  if (seconds >= 2 * 3600) return `あと${Math.floor(seconds / 3600)}時間`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// sync keeps to the server's clock, and sees what no channel told.
async function sync(): Promise<void> {
  try {
    const began = Date.now();
    const answer = await fetch(`/sessions/${root.dataset.session}/state`, { cache: "no-store" });
    if (!answer.ok) return;
    const { now, mark } = (await answer.json()) as { now: number; mark: string };
    const trip = Date.now() - began;
    if (trip <= bestTrip * 1.5) {
      bestTrip = Math.min(bestTrip, trip);
      ahead = now + trip / 2 - Date.now();
    }
    if (mark !== (waiting ?? root).dataset.mark) void follow();
  } catch {
    // the next turn asks again
  }
}

listen();
dress();
void sync();
setInterval(tick, 250);
setInterval(() => document.hidden || sync(), askEvery);
document.addEventListener("visibilitychange", () => document.hidden || sync());
