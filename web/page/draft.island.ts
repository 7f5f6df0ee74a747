// Saves what is typed in every field with data-draft="PLACE": on the device one second after the last key, on the
// server (PUT /drafts/PLACE) every ten seconds and when the field is left. What was typed last is there again after a
// crash, a closed window or a lost connection.
import { announce } from "./announce";
import { clearDraft, keepDraft, onDevice, readDraft } from "./draft";

type Field = HTMLTextAreaElement | HTMLInputElement;

const deviceDelay = 1000;
const serverEvery = 10_000;

const watched = new WeakSet<Field>();
function watchAll(): void {
  for (const field of document.querySelectorAll<Field>("[data-draft]")) {
    if (watched.has(field)) continue;
    watched.add(field);
    watch(field, field.dataset.draft!);
  }
}
watchAll();
document.addEventListener("sheet", watchAll); // a page that walks from sheet to sheet brings other fields

function watch(field: Field, place: string): void {
  const status = statusOf(field);
  let saved = field.value; // what the server has
  let changed = 0;
  restore(field, place);

  const toDevice = () => {
    if (!field.value) return clearDraft(place);
    if (keepDraft(place, { text: field.value, at: Date.now() }) && field.value !== saved) say(status, "この端末に下書きを残しました");
  };
  const toServer = async () => {
    const text = field.value;
    if (text === saved) return;
    try {
      const body = new URLSearchParams({ body: text });
      const answer = await fetch(`/drafts/${encodeURIComponent(place)}`, { method: "PUT", body, keepalive: text.length < 10_000 });
      if (answer.status === 401) return say(status, "ログインの期限が切れました。書いた内容はこの画面に残っています。別の画面でログインし直してください。");
      if (!answer.ok) return say(status, "下書きをまだ保存できていません。書いた内容はこの画面に残っています。少しあとでもう一度保存します。");
      saved = text;
      say(status, text ? `${clock()} に下書きを保存しました` : "");
    } catch {
      say(status, "いまつながっていません。書いた内容はこの画面に残っています。つながると自動で保存します。");
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(changed);
    changed = setTimeout(toDevice, deviceDelay);
  });
  field.addEventListener("blur", () => {
    toDevice();
    toServer();
  });
  setInterval(toServer, serverEvery);
  addEventListener("online", toServer);
  field.form?.addEventListener("submit", (e) => {
    clearTimeout(changed);
    if (e.defaultPrevented) return;
    keepDraft(place, { text: field.value, at: Date.now(), sent: true });
    saved = field.value; // no warning on the way out
  });
  addEventListener("beforeunload", (e) => {
    if (field.value === saved) return;
    toDevice();
    if (!onDevice()) e.preventDefault(); // only the window has it: ask before it goes
  });
}

// restore brings back what the device kept, unless it was sent and has arrived.
function restore(field: Field, place: string): void {
  const kept = onDevice() ? readDraft(place) : null;
  if (!kept) return;
  const [nav] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const refused = document.querySelector("[data-focus]") !== null;
  if (kept.text === field.value || (kept.sent && nav?.type === "navigate" && !refused)) {
    clearDraft(place);
  } else if (!field.value.trim()) {
    field.value = kept.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    say(statusOf(field), "前に書いた内容をもどしました");
    announce("前に書いた内容をもどしました");
  } else if (kept.text.trim()) {
    ask(field, place, kept.text);
  }
}

// ask lets the writer choose between what stands in the page and what the device kept.
function ask(field: Field, place: string, text: string): void {
  const box = document.createElement("div");
  box.className = "notice warn mt-8";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "この端末に残っている下書き");
  const words = document.createElement("p");
  words.textContent = `この端末に、ほかの下書きが残っています：「${[...text].slice(0, 40).join("")}${[...text].length > 40 ? "…" : ""}」`;
  const buttons = document.createElement("div");
  buttons.className = "cluster";
  buttons.append(
    choice("この端末の下書きを使う", () => {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }),
    choice("いまの文を使う", () => clearDraft(place)),
  );
  box.append(words, buttons);
  field.before(box);

  function choice(label: string, act: () => void): HTMLButtonElement {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "btn btn-secondary btn-sm";
    b.textContent = label;
    b.addEventListener("click", () => {
      act();
      box.remove();
      field.focus();
    });
    return b;
  }
}

// statusOf is the line that says what is saved: [data-draft-status] of the form, or one made under the field.
function statusOf(field: Field): HTMLElement {
  const there = field.form?.querySelector<HTMLElement>("[data-draft-status]") ?? document.querySelector<HTMLElement>(`[data-draft-status="${field.form?.id}"]`);
  if (there) return there;
  const made = document.createElement("p");
  made.className = "sub mt-8";
  made.dataset.draftStatus = "";
  field.after(made);
  return made;
}

function say(status: HTMLElement, text: string): void {
  if (status.textContent !== text) status.textContent = text;
}

function clock(): string {
  return new Intl.DateTimeFormat("ja-JP", { hour: "numeric", minute: "2-digit", timeZone: "Asia/Tokyo" }).format(new Date());
}
