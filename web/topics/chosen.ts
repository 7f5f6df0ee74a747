import type { Chosen } from "./outbox";

// The files of a post under way, as upload.island.ts shows them in the form: what has arrived is named with the post.
export class Files {
  private away = new Map<string, HTMLElement>(); // rows of posts that are on their way

  constructor(private form: HTMLFormElement) {}

  all(): Chosen[] {
    return [...this.form.querySelectorAll<HTMLInputElement>("input[name=upload]:checked:not(:disabled)")].map((box) => {
      const li = box.closest<HTMLElement>("li")!;
      const alt = li.querySelector<HTMLInputElement>("[data-alt] input")?.value ?? "";
      return { upload: box.value, alt, name: li.dataset.name ?? "" };
    });
  }

  // leave takes the rows of a post away that is on its way.
  leave(files: Chosen[]): void {
    for (const f of files) {
      const li = this.form.querySelector<HTMLElement>(`li[data-upload="${CSS.escape(f.upload)}"]`);
      if (!li) continue;
      this.away.set(f.upload, li);
      li.remove();
    }
  }

  // back puts them back into the form.
  back(files: Chosen[]): void {
    for (const f of files) {
      const li = this.away.get(f.upload);
      if (li) this.form.querySelector("[data-list]")!.append(li);
    }
  }

  clear(): void {
    for (const li of this.form.querySelectorAll("[data-uploads] li.upload")) if (!li.hasAttribute("data-half")) li.remove();
  }
}
