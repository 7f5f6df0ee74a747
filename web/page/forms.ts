// focusErrors moves the focus to the summary of a form that was not accepted, and from there to a field.
export function focusErrors(): void {
  const summary = document.querySelector<HTMLElement>("[data-focus]");
  summary?.focus();
  summary?.addEventListener("click", (e) => {
    const link = (e.target as Element).closest<HTMLAnchorElement>('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    e.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}

// guardForms lets a form be sent once: the button says that it is sending, and a second press does nothing.
export function guardForms(): void {
  document.addEventListener("submit", (e) => {
    const form = e.target as HTMLFormElement;
    if (e.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending) {
      e.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    const button = (e.submitter ?? form.querySelector("[type=submit]")) as HTMLButtonElement | null;
    if (button) busy(button);
  });
  // A page that comes back from the browser's memory is ready to send again.
  addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sending]")) delete form.dataset.sending;
    for (const button of document.querySelectorAll<HTMLElement>("[aria-disabled]")) ready(button);
  });
}

const said = new WeakMap<HTMLElement, Node[]>();

// busy turns a button into its sending state; ready turns it back.
export function busy(button: HTMLElement): void {
  said.set(button, [...button.childNodes]);
  button.setAttribute("aria-disabled", "true");
  button.textContent = button.dataset.busy ?? "送信しています";
}

export function ready(button: HTMLElement): void {
  const before = said.get(button);
  if (!before) return;
  said.delete(button);
  button.removeAttribute("aria-disabled");
  button.replaceChildren(...before);
}

// sendSeen sends the form that says 「既読にする」 for a page that shows what it is about.
export function sendSeen(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-seen]")) {
    void fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form) as unknown as Record<string, string>), redirect: "manual" })
      .then(() => (form.hidden = true))
      .catch(() => undefined); // the button is still there
  }
}

// watchCounters says how many characters there are, and how many are too many.
export function watchCounters(root: ParentNode = document): void {
  for (const out of root.querySelectorAll<HTMLElement>("[data-counter]")) {
    const input = document.getElementById(out.dataset.counter!) as HTMLTextAreaElement | null;
    const most = Number(input?.dataset.max);
    if (!input || !most) continue;
    const show = () => {
      const n = [...input.value].length;
      out.textContent =
        n > most ? `${n - most}文字多くなっています（${most.toLocaleString()}文字まで）` : `${n.toLocaleString()} / ${most.toLocaleString()}文字`;
    };
    input.addEventListener("input", show);
    show();
  }
}
