import { announce } from "../page/announce";

const calm = 2000; // many votes at once ask for the results once
const look = 30_000; // a timer may come late: after sleep, or when it counts another time than the clock

// Polls vote without leaving the page, read their results again when somebody votes, and end when their time has come.
export class Polls {
  private waiting = new Set<string>();
  private ends = new Map<string, number>(); // when an open poll ends, by this device's clock
  private timer = 0;

  constructor(
    private root: HTMLElement,
    private topic: string,
  ) {
    root.addEventListener("submit", (e) => this.vote(e));
    for (const event of ["visibilitychange", "resume"]) document.addEventListener(event, () => this.watch());
    addEventListener("pageshow", () => this.watch());
    for (const form of root.querySelectorAll<HTMLFormElement>("form[data-left]")) this.note(form);
    this.watch();
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

  private box(id: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`li[data-id="${CSS.escape(id)}"] [data-poll]`);
  }

  private note(form: HTMLFormElement | null, id = form?.dataset.vote): void {
    if (!id) return;
    if (form?.dataset.left) this.ends.set(id, Date.now() + Number(form.dataset.left));
    else this.ends.delete(id);
  }

  // watch ends the polls whose time has come, and looks again when the next one's has.
  private watch(): void {
    clearTimeout(this.timer);
    const now = Date.now();
    for (const [id, at] of this.ends) {
      if (at > now) continue;
      this.ends.delete(id);
      this.end(id);
    }
    if (this.ends.size) this.timer = setTimeout(() => this.watch(), Math.min(look, Math.max(0, Math.min(...this.ends.values()) - now)));
  }

  // end asks the server, whose clock decides: if it says that there is time left, that is noted again. Where it cannot be
  // asked, nobody can vote either.
  private async end(id: string): Promise<void> {
    const form = await this.read(id);
    if (form?.dataset.left) return;
    if (!form) for (const control of this.box(id)?.querySelectorAll("input, button") ?? []) control.remove();
    announce("アンケートをしめきりました");
  }

  // read shows a poll as it stands now; null when it could not be asked for.
  private async read(id: string): Promise<HTMLFormElement | null> {
    const box = this.box(id);
    if (!box) return null;
    const got = await fetch(`/topics/${this.topic}/posts/${id}/poll`, { cache: "no-store" }).catch(() => null);
    if (!got?.ok) return null;
    const html = await got.text();
    const chosen = [...box.querySelectorAll<HTMLInputElement>("input[name=choice]")].filter((i) => i.checked !== i.defaultChecked);
    const at = document.activeElement as HTMLInputElement | null;
    const focus = at && box.contains(at) ? at.value : null;
    box.innerHTML = html;
    for (const c of chosen) {
      const now = box.querySelector<HTMLInputElement>(`input[name=choice][value="${c.value}"]`);
      if (now) now.checked = c.checked; // what is being chosen is not taken away
    }
    const form = box.querySelector<HTMLFormElement>("form");
    if (focus !== null) {
      const again = (focus && box.querySelector<HTMLElement>(`[value="${focus}"]`)) || box.querySelector<HTMLElement>("button");
      if (!again) form?.setAttribute("tabindex", "-1"); // what had the focus is gone with the end
      (again ?? form)?.focus({ preventScroll: true });
    }
    this.note(form, id);
    this.watch();
    return form;
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
