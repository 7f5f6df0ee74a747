import { cookie } from "./look";

// What is typed is kept on the device under the person and the place it was typed in, until the server has taken it.
export interface Kept {
  text: string;
  at: number;
  sent?: boolean; // a form was sent with it, and nothing has said yet whether it arrived
}

function prefix(): string {
  return `draft:${document.body.dataset.person ?? ""}:`;
}

// onDevice tells whether drafts may be kept here: not on a device that others use too.
export function onDevice(): boolean {
  return !("shared" in document.body.dataset) && cookie("shared") !== "1" && !!document.body.dataset.person;
}

export function readDraft(place: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(prefix() + place) ?? "null");
  } catch {
    return null;
  }
}

// keepDraft tells whether the text is now safe on the device.
export function keepDraft(place: string, kept: Kept): boolean {
  if (!onDevice()) return false;
  try {
    localStorage.setItem(prefix() + place, JSON.stringify(kept));
    return true;
  } catch {
    return false; // no room, or the browser forbids it: the server still has it
  }
}

export function clearDraft(place: string): void {
  try {
    localStorage.removeItem(prefix() + place);
  } catch {
    // where nothing can be kept there is nothing to clear
  }
}

// keepUnsent: a page that says something went wrong means that what was sent has not arrived: it is a draft again,
// whoever wrote it, for a session may have ended meanwhile.
export function keepUnsent(): void {
  if (!document.querySelector(".failure")) return;
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith("draft:")) continue;
      const kept: Kept | null = JSON.parse(localStorage.getItem(key) ?? "null");
      if (kept?.sent) localStorage.setItem(key, JSON.stringify({ text: kept.text, at: kept.at }));
    }
  } catch {
    // where nothing can be kept there is nothing to mend
  }
}
