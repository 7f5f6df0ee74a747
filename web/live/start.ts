import { Link } from "./link";

declare global {
  interface Window {
    link?: Link;
  }
}

const quickLook = 1500;

// startLink connects the page of a member. A page that shows a topic asks for it at once (link); any other waits a
// moment, since people go on.
export function startLink(): void {
  if (!document.body.dataset.person) return;
  const ready = () => (window.link ??= new Link(document.body.dataset.person!, Number(document.body.dataset.unread ?? 0), show));
  if (document.querySelector("[data-live]")) ready();
  else setTimeout(ready, quickLook);
}

// show writes how many notices wait: silently, it is only a count.
function show(n: number): void {
  document.body.dataset.unread = String(n);
  for (const a of document.querySelectorAll("[data-notices]")) {
    a.querySelector(".count")?.remove();
    if (n < 1) continue;
    const part = (text: string, hidden: boolean) => Object.assign(document.createElement("span"), { textContent: text, className: hidden ? "vh" : "" });
    const count = Object.assign(document.createElement("span"), { className: "count" });
    count.append(part("未読 ", true), String(n), part("件", true));
    a.append(count);
  }
}
