import { announce } from "../page/announce";

const calm = 2000; // many votes at once ask for the results once

// Polls vote without leaving the page and read their results again when somebody votes.
export class Polls {
  private waiting = new Set<string>();

  constructor(
    private root: HTMLElement,
    private topic: string,
  ) {
    root.addEventListener("submit", (e) => this.vote(e));
  }

  // changed reads a poll again, after a while that differs from reader to reader.
  changed(id: string, wait = Math.random() * calm): void {
    if (this.waiting.has(id)) return;
    this.waiting.add(id);
    setTimeout(() => {
      this.waiting.delete(id);
      this.read(id);
    }, wait);
  }

  private async read(id: string): Promise<void> {
    const box = this.root.querySelector<HTMLElement>(`li[data-id="${CSS.escape(id)}"] [data-poll]`);
    if (!box) return;
    const got = await fetch(`/topics/${this.topic}/posts/${id}/poll`, { cache: "no-store" }).catch(() => null);
    if (!got?.ok) return;
    const html = await got.text();
    const chosen = [...box.querySelectorAll<HTMLInputElement>("input[name=choice]")].filter((i) => i.checked !== i.defaultChecked);
    const at = document.activeElement as HTMLInputElement | null;
    const focus = at && box.contains(at) ? at.value : null;
    box.innerHTML = html;
    for (const c of chosen) {
      const now = box.querySelector<HTMLInputElement>(`input[name=choice][value="${c.value}"]`);
      if (now) now.checked = c.checked; // what is being chosen is not taken away
    }
    if (focus !== null) ((focus && box.querySelector<HTMLElement>(`[value="${focus}"]`)) || box.querySelector("button"))?.focus();
  }

  private async vote(e: SubmitEvent): Promise<void> {
    const form = e.target as HTMLFormElement;
    const id = form.dataset.vote;
    if (!id) return;
    e.preventDefault();
    const close = !!e.submitter && "close" in e.submitter.dataset;
    const choices = new FormData(form).getAll("choice").map(Number);
    let said = "いまは受け取れませんでした。少しあとで、もう一度押してください。";
    try {
      const answer = await fetch(`/api/v1/posts/${id}/${close ? "close" : "vote"}`, {
        method: close ? "POST" : "PUT",
        headers: { "Content-Type": "application/json" },
        body: close ? "{}" : JSON.stringify({ choices }),
      });
      if (answer.ok) {
        said = close ? "しめきりました" : "答えが届きました";
        for (const i of form.querySelectorAll<HTMLInputElement>("input[name=choice]")) i.defaultChecked = i.checked;
      } else said = (await answer.json()).detail ?? said;
    } catch {
      // said already holds what to do
    }
    announce(said);
    this.changed(id, 0);
  }
}
