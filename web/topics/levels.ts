import { announce } from "../page/announce";

// How closely one follows the topic is said without leaving the page.
export function listenLevels(topic: string): void {
  const form = document.querySelector<HTMLFormElement>("form[data-levels]");
  form?.addEventListener("submit", async (e) => {
    const pressed = e.submitter as HTMLButtonElement;
    e.preventDefault();
    try {
      const answer = await fetch(`/api/v1/topics/${topic}/level`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ level: pressed.value }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      for (const b of form.querySelectorAll("button")) b.setAttribute("aria-pressed", String(b === pressed));
      form.querySelector("p")!.textContent = pressed.title;
    } catch {
      announce("いまは受け取れませんでした。少しあとで、もう一度押してください。");
    }
  });
}
