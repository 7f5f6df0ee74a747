import { onDevice } from "./draft";

const mostKept = 8;

function name(): string {
  return `searches:${document.body.dataset.person ?? ""}`;
}

// recentSearches are the person's own last searches, the newest first. They stay on this device.
export function recentSearches(): string[] {
  if (!onDevice()) return [];
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name()) ?? "[]");
    return Array.isArray(kept) ? kept.filter((s) => typeof s === "string") : [];
  } catch {
    return [];
  }
}

// rememberSearch keeps the words of a page of results.
export function rememberSearch(): void {
  const words = location.pathname === "/archive" && new URLSearchParams(location.search).get("q")?.trim();
  if (!words || words.length > 100 || !onDevice()) return;
  try {
    localStorage.setItem(name(), JSON.stringify([words, ...recentSearches().filter((s) => s !== words)].slice(0, mostKept)));
  } catch {
    // where nothing can be kept there is nothing to suggest
  }
}

export function forgetSearches(): void {
  try {
    localStorage.removeItem(name());
  } catch {
    // where nothing can be kept there is nothing to forget
  }
}
