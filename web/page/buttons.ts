import { announce } from "./announce";

// revealButtons shows the buttons that exist only with a script and gives them their act.
export function revealButtons(root: ParentNode = document): void {
  for (const b of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    b.hidden = false;
    b.addEventListener("click", () => copy(b));
  }
  for (const b of root.querySelectorAll<HTMLButtonElement>("button[data-copy-text]")) {
    b.hidden = false;
    b.addEventListener("click", () => put(b, document.getElementById(b.dataset.copyText!)?.textContent ?? ""));
  }
  for (const b of root.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
    b.hidden = false;
    b.addEventListener("click", () => window.print());
  }
}

// copy puts the address on the clipboard.
function copy(b: HTMLButtonElement): Promise<void> {
  return put(b, new URL(b.dataset.copy || location.href, location.href).href);
}

// put puts a text on the clipboard and says so in the button itself for two seconds.
async function put(b: HTMLButtonElement, text: string): Promise<void> {
  const label = b.querySelector("span") ?? b;
  const before = label.textContent;
  let said = "コピーしました";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    said = "コピーできませんでした";
  }
  label.textContent = said;
  announce(said);
  setTimeout(() => (label.textContent = before), 2000);
}
