// Tests from this browser each way by which new posts travel, and writes what came of it where it can be printed.
const socketWithin = 8_000;
const pollSeconds = 5;

type Outcome = { ok: boolean; words: string };

const tests: Record<string, () => Promise<Outcome>> = { socket, poll, plain };

for (const root of document.querySelectorAll<HTMLElement>("[data-network]")) {
  const button = root.querySelector<HTMLButtonElement>("[data-start]")!;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    await run(root);
    button.removeAttribute("aria-disabled");
  });
}

async function run(root: HTMLElement): Promise<void> {
  const sum = root.querySelector("[data-sum]")!;
  sum.textContent = "調べています。";
  const works: string[] = [];
  for (const row of root.querySelectorAll<HTMLElement>("[data-way]")) {
    const cell = row.querySelector("[data-result]")!;
    cell.textContent = "調べています";
    let outcome: Outcome;
    try {
      outcome = await tests[row.dataset.way!]();
    } catch {
      outcome = { ok: false, words: "つながりません" };
    }
    cell.textContent = (outcome.ok ? "○ " : "× ") + outcome.words;
    if (outcome.ok) works.push(row.dataset.way!);
  }
  sum.textContent = verdict(works);
  const when = new Date().toLocaleString("ja-JP", { timeZone: "Asia/Tokyo" });
  root.querySelector("[data-browser]")!.textContent = `調べた日時 ${when}／${location.host}／${navigator.userAgent}`;
}

function verdict(works: string[]): string {
  if (works.includes("socket")) return "新しい投稿は、書かれるとすぐに届きます。";
  if (works.includes("poll")) return "つなぎ続ける通信は使えませんが、待ち受ける通信で、新しい投稿はすぐに届きます。";
  if (works.includes("plain")) return "新しい投稿は、30秒ごとに届きます。";
  return "新しい投稿は自動では届きません。読みこみ直すと見えます。このページを印刷して、情報担当の方にご相談ください。";
}

// socket asks for a welcome and an answer to a beat: a scanner that lets the handshake through may hold the rest back.
function socket(): Promise<Outcome> {
  return new Promise((done) => {
    const began = performance.now();
    const ws = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws", "manetomo.1");
    const end = (ok: boolean, words: string) => {
      clearTimeout(patience);
      ws.onclose = null;
      ws.close();
      done({ ok, words });
    };
    const patience = setTimeout(() => end(false, ws.readyState === WebSocket.OPEN ? "つながりますが、返事が届きません" : "返事がありません"), socketWithin);
    ws.onopen = () => ws.send(JSON.stringify({ t: "hello", v: 1 }));
    ws.onmessage = (e) => {
      const t = JSON.parse(e.data).t;
      if (t === "welcome") ws.send(JSON.stringify({ t: "beat" }));
      if (t === "beat") end(true, `使えます（${Math.round(performance.now() - began)}ミリ秒）`);
    };
    ws.onclose = () => end(false, "つながりません");
  });
}

async function ask(seconds: number, known: number): Promise<{ notices: number; took: number }> {
  const began = performance.now();
  const answer = await fetch(`/live?me=${known}&timeout=${seconds}`, { cache: "no-store", signal: AbortSignal.timeout((seconds + 10) * 1000) });
  if (!answer.ok) throw new Error(String(answer.status));
  const frames = (await answer.json()) as { t: string; notices?: number }[];
  return { notices: frames.find((f) => f.t === "me")?.notices ?? 0, took: performance.now() - began };
}

// poll looks whether an answer that keeps waiting comes at all, and neither at once nor too late.
async function poll(): Promise<Outcome> {
  const { notices } = await ask(0, -1);
  const { took } = await ask(pollSeconds, notices);
  const late = took > (pollSeconds + 5) * 1000;
  return late ? { ok: false, words: "途中で止められ、遅れて届きます" } : { ok: true, words: "使えます" };
}

async function plain(): Promise<Outcome> {
  const { took } = await ask(0, -1);
  return { ok: true, words: `使えます（${Math.round(took)}ミリ秒）` };
}
