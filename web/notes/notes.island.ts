// Makes the notes on a sheet live: the lists and pins are asked for again when the channel tells of a note, a note is
// sent without leaving the page, and a place on the sheet can be pointed at, by hand or with the arrow keys.
import { announce } from "../page/announce";
import { clearDraft } from "../page/draft";
import { busy, ready } from "../page/forms";
import { newKey } from "../topics/list";
import type { Frame } from "../live/frame";
import { point, where } from "./point";

const gather = 400; // notes come in waves: one question for all of a moment's

const board = () => document.querySelector<HTMLElement>("[data-notes]");

let asked = 0;
let spoken = 0;
// again asks for the lists, a moment later, and never while somebody writes an answer inside them.
function again(): void {
  if (asked) return;
  asked = setTimeout(() => {
    asked = 0;
    void fetchLists();
  }, gather + Math.random() * gather);
}

async function fetchLists(): Promise<void> {
  const root = board();
  const old = root?.querySelector<HTMLElement>("[data-notelists]");
  if (!root || !old) return;
  const open = old.querySelector("details[open] textarea");
  if (open && (document.activeElement === open || (open as HTMLTextAreaElement).value !== (open as HTMLTextAreaElement).defaultValue)) {
    setTimeout(again, 3000);
    return;
  }
  try {
    const address = root.dataset.notes!;
    const answer = await fetch(address);
    if (!answer.ok || board()?.dataset.notes !== address) return; // the page has moved on to another sheet
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const lists = fresh.querySelector("[data-notelists]");
    const pins = fresh.querySelector("[data-pins]");
    const focus = (document.activeElement?.closest("[data-note]") as HTMLElement | null)?.dataset.note;
    if (lists) old.replaceWith(document.adoptNode(lists));
    if (pins) for (const p of document.querySelectorAll("[data-pins]")) p.replaceWith(document.importNode(pins, true));
    if (focus) document.getElementById(`note-${focus}`)?.focus({ preventScroll: true });
  } catch {
    // the next note asks again
  }
}

document.addEventListener("talk", (e) => {
  const f = (e as CustomEvent<Frame>).detail;
  if (f.topic !== board()?.dataset.topic || !f.kind?.startsWith("note")) return;
  again();
  if (f.kind === "note" && Date.now() - spoken > 5000 && Date.now() - sent > 3000) {
    spoken = Date.now();
    announce("新しい付せんがはられました");
  }
});

// What is sent from a board comes back by the lists; the form is ready for the next note.
let sent = 0;
document.addEventListener(
  "submit",
  async (e) => {
    const form = e.target as HTMLFormElement;
    if (!form.matches("[data-noteform]")) return;
    e.preventDefault();
    e.stopPropagation();
    const button = (e as SubmitEvent).submitter;
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    if (button) busy(button);
    const complaint = await send(form);
    delete form.dataset.sending;
    if (button) ready(button);
    complain(form, complaint);
    if (complaint) return;
    sent = Date.now();
    await fetchLists();
    if ("addnote" in form.dataset) emptied(form);
    else board()?.focus();
    announce("addnote" in form.dataset ? "付せんをはりました" : "直しました");
  },
  true,
);

async function send(form: HTMLFormElement): Promise<string> {
  try {
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.ok) return "";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".fielderror span, .failure p, main p")?.textContent?.trim() || "送れませんでした。書いた内容は残っています。";
  } catch {
    return "いまつながっていません。書いた内容は残っています。つながってから、もう一度押してください。";
  }
}

function emptied(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLTextAreaElement>("textarea")!;
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  clearDraft(field.dataset.draft!);
  form.querySelector<HTMLInputElement>("[name=idempotency_key]")!.value = newKey();
  place(form, null);
  field.focus();
}

function complain(form: HTMLFormElement, text: string): void {
  form.querySelector("[data-complaint]")?.remove();
  const field = form.querySelector<HTMLTextAreaElement>("textarea");
  field?.removeAttribute("aria-invalid");
  if (!text) return;
  const p = document.createElement("p");
  p.className = "fielderror";
  p.dataset.complaint = "";
  p.id = "note-complaint";
  p.textContent = text;
  (field ?? form).after(p);
  field?.setAttribute("aria-invalid", "true");
  field?.setAttribute("aria-describedby", p.id);
  field?.focus();
  announce(text);
}

// place puts the place that was pointed at into the form; null is the whole sheet.
function place(form: HTMLFormElement, at: { x: number; y: number } | null): void {
  form.querySelector<HTMLInputElement>("[name=x]")!.value = at ? at.x.toFixed(4) : "";
  form.querySelector<HTMLInputElement>("[name=y]")!.value = at ? at.y.toFixed(4) : "";
  const select = form.querySelector<HTMLSelectElement>("[name=place]");
  select?.querySelector("[value=xy]")?.remove();
  if (select && at) select.prepend(new Option(`選んだ場所（${where(at)}）`, "xy", true, true));
  else if (select) select.value = "";
}

document.addEventListener("change", (e) => {
  const select = e.target as HTMLSelectElement;
  if (select.name !== "place" || select.value === "xy" || !select.form?.matches("[data-addnote]")) return;
  const zone = select.value;
  place(select.form, null);
  select.value = zone;
});

document.addEventListener("click", async (e) => {
  const target = e.target as Element;
  const button = target.closest<HTMLElement>("[data-point]");
  if (button) {
    const form = button.closest("form")!;
    const at = await point();
    if (at) place(form, at);
    (at ? form.querySelector<HTMLElement>("textarea")! : button).focus();
    return;
  }
  const pin = target.closest<SVGElement>("[data-pin]");
  if (pin) {
    e.preventDefault();
    const item = document.getElementById(`note-${pin.dataset.pin}`);
    mark(pin.dataset.pin!);
    item?.scrollIntoView({ block: "nearest" });
    item?.focus({ preventScroll: true });
  }
});
document.addEventListener("focusin", (e) => mark((e.target as Element).closest<HTMLElement>("[data-note]")?.dataset.note ?? ""));
document.addEventListener("mouseover", (e) => {
  const item = (e.target as Element).closest<HTMLElement>("[data-note]");
  if (item) mark(item.dataset.note!);
});

// mark shows which pin and which words belong together.
function mark(id: string): void {
  for (const el of document.querySelectorAll<HTMLElement | SVGElement>("[data-pin], [data-note]")) {
    el.classList.toggle("cur", id !== "" && (el.dataset.pin ?? el.dataset.note) === id);
  }
}

// reveal shows the button for pointing where there is a sheet to point at; a page that changes its sheet asks again.
function reveal(): void {
  for (const b of document.querySelectorAll<HTMLElement>("[data-point]")) b.hidden = !document.querySelector("[data-pins]");
}
document.addEventListener("sheet", reveal);
reveal();
