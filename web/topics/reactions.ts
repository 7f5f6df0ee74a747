import { announce } from "../page/announce";
import type { List } from "./list";

// Reactions turn at once and go back when the server does not take them. The count itself comes by the channel.
export function listenReactions(root: HTMLElement, list: List): void {
  root.addEventListener("click", async (e) => {
    const b = (e.target as Element).closest<HTMLButtonElement>("button.react");
    const li = b?.closest<HTMLElement>("li[data-id]");
    if (!b || !li || !list.find(li.dataset.id!)) return;
    e.preventDefault();
    if (b.getAttribute("aria-disabled")) return;
    const on = b.getAttribute("aria-pressed") !== "true";
    turn(b, on);
    b.setAttribute("aria-disabled", "true");
    try {
      const answer = await fetch(`/api/v1/posts/${li.dataset.id}/reactions/${b.value}`, { method: on ? "PUT" : "DELETE" });
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      turn(b, !on);
      announce("いまは受け取れませんでした。少しあとで、もう一度押してください。");
    }
    b.removeAttribute("aria-disabled");
  });
}

function turn(b: HTMLButtonElement, on: boolean): void {
  const num = b.querySelector(".num")!;
  const n = Number((num.textContent ?? "").replace(/\D/g, "")) + (on ? 1 : -1);
  b.setAttribute("aria-pressed", String(on));
  num.textContent = n > 0 ? n.toLocaleString("ja-JP") : "";
}
