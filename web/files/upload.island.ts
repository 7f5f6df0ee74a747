// Sends the files of a form while it is being filled in: several at once, chosen, dropped or photographed, each with its
// state in words. The form then only names them. Without this script the same field sends its files with the form.
import { announce } from "../page/announce";
import { busy, ready } from "../page/forms";
import { send, type Sending } from "./sending";

interface Found {
  kind: string;
  pages: number;
  notes: string[] | null;
  trouble: string;
  picture?: string;
  title: string; // what stands on the first page in the largest letters
  sheet: string; // its paper, such as A1 よこ
}

const size = (bytes: number): string => (bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)}KB` : `${(bytes / (1 << 20)).toFixed(1)}MB`);

class Zone {
  readonly list: HTMLElement;
  readonly input: HTMLInputElement;
  readonly under = new Set<Row>();
  private readonly form: HTMLFormElement;
  private pressed?: HTMLElement | null; // the button that waits for the files

  constructor(readonly root: HTMLElement) {
    this.list = root.querySelector<HTMLElement>("[data-list]")!;
    this.input = root.querySelector<HTMLInputElement>("input[type=file]")!;
    this.form = root.closest("form")!;
    root.classList.add("scripted");
    const drop = root.querySelector<HTMLElement>("[data-dropzone]") ?? this.form; // a post takes files all over its form
    if (drop === this.form) this.form.addEventListener("paste", (e) => this.paste(e));
    const touched = matchMedia("(pointer: coarse)").matches; // a phone or tablet: it has a camera and drops nothing
    for (const hint of root.querySelectorAll<HTMLElement>("[data-drop-hint]")) hint.hidden = touched;
    for (const camera of root.querySelectorAll<HTMLElement>("[data-camera]")) camera.hidden = !touched;
    for (const input of root.querySelectorAll<HTMLInputElement>("input[type=file]")) {
      input.addEventListener("change", () => {
        this.take([...(input.files ?? [])]);
        input.value = ""; // the form names what was sent; nothing goes twice
      });
    }
    drop.addEventListener("dragover", (e) => {
      if (drop === this.form && !e.dataTransfer?.types.includes("Files")) return;
      e.preventDefault();
      drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (e) => {
      if (drop === this.form && !e.dataTransfer?.files.length) return drop.classList.remove("over"); // words go into the field
      e.preventDefault();
      drop.classList.remove("over");
      this.take([...(e.dataTransfer?.files ?? [])]);
    });
    for (const li of this.list.querySelectorAll<HTMLElement>("[data-upload]")) new Row(this, li).known();
    this.form.addEventListener("submit", (e) => this.hold(e), true);
  }

  get place(): string {
    return this.root.dataset.place ?? "";
  }

  // paste takes files from the clipboard. An office program puts a picture beside its words: there the words are meant.
  private paste(e: ClipboardEvent): void {
    const files = [...(e.clipboardData?.files ?? [])];
    if (!files.length || e.clipboardData?.getData("text/plain")) return;
    e.preventDefault();
    this.take(files.map((f) => (f.name === "image.png" ? new File([f], "貼りつけた画像.png", { type: f.type }) : f)));
  }

  // warn says what there is to know about the files as a whole; nothing takes it back.
  warn(text: string): void {
    const said = this.root.querySelector<HTMLElement>("[data-said]");
    if (!said) return;
    said.textContent = text;
    said.hidden = !text;
  }

  take(files: File[]): void {
    const most = Number(this.root.dataset.most ?? Infinity);
    const room = Math.max(0, most - this.list.querySelectorAll("input[name=upload]:checked, progress:not([hidden])").length);
    this.warn(files.length > room ? `1つの投稿に付けられるファイルは${most}つまでです。「${files[room].name}」からは、付けていません。` : "");
    for (const file of files.slice(0, room)) {
      const half = [...this.list.querySelectorAll<HTMLElement>("[data-half]")].find(
        (li) => li.dataset.name === file.name && Number(li.dataset.size) === file.size,
      );
      half?.remove(); // it goes on in its new row
      const template = this.root.querySelector<HTMLTemplateElement>("template")!;
      const li = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
      this.list.append(li);
      void new Row(this, li).send(file);
    }
  }

  // show puts a file beside the form, unless another one is there, and its title into a title that is still empty.
  show(found: Found): void {
    const beside = document.querySelector<HTMLElement>("[data-sheet]");
    const picture = beside?.querySelector("img");
    if (beside?.hidden && picture && found.picture) {
      picture.src = found.picture;
      beside.querySelector("figcaption")!.textContent = [found.sheet, found.pages > 1 ? `${found.pages}頁の1枚目` : ""].filter(Boolean).join("・");
      beside.hidden = false;
    }
    const title = this.form.querySelector<HTMLInputElement>("[data-title]");
    if (!title || title.value || !found.title) return;
    title.value = found.title;
    title.dispatchEvent(new Event("input", { bubbles: true }));
    hint(title, "ファイルから読み取りました。違っていたら直してください。");
    announce(`題名をファイルから読み取りました：${found.title}`);
  }

  // gone takes away what stands beside the form when the file was put aside.
  gone(picture: string): void {
    const beside = document.querySelector<HTMLElement>("[data-sheet]");
    if (picture && beside?.querySelector("img")?.src === picture) beside.hidden = true;
  }

  // hold lets the form go only when every file has arrived.
  private hold(e: SubmitEvent): void {
    if (this.under.size === 0) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (this.pressed) return;
    this.pressed = e.submitter ?? this.form.querySelector<HTMLElement>("[type=submit]");
    if (this.pressed) {
      busy(this.pressed);
      this.pressed.textContent = "ファイルが届くのを待っています";
    }
    announce("ファイルが全部届いたら、続けて載せます。この画面のままお待ちください");
    this.stuck();
  }

  // stuck says what is kept when a form waits for a file that cannot come now.
  stuck(): void {
    const down = [...this.under].find((r) => r.down);
    this.warn(
      this.pressed && down
        ? `いまつながっていないので、「${down.name}」がまだ届いていません。書いた文と、届いたファイルは残っています。つながると続きを送り、届いたら投稿します。文だけ先に送るときは、このファイルを外してください。`
        : "",
    );
  }

  // settled goes on with a form that waited, unless a file did not arrive.
  settled(well: boolean): void {
    if (!this.pressed || (well && this.under.size > 0)) return;
    const button = this.pressed;
    this.pressed = undefined;
    this.warn("");
    ready(button);
    if (well) this.form.requestSubmit(button as HTMLButtonElement);
  }
}

// hint adds a line above a field, which is read out with it.
function hint(field: HTMLInputElement, text: string): void {
  const line = document.createElement("p");
  line.className = "hint";
  line.id = `${field.id}-read`;
  line.textContent = text;
  field.before(line);
  field.setAttribute("aria-describedby", [line.id, field.getAttribute("aria-describedby")].filter(Boolean).join(" "));
}

class Row {
  down = false; // the line is
  name = "";
  private sending?: Sending;
  private id = "";
  private percent = 0;
  private readonly box: HTMLInputElement;
  private readonly state: HTMLElement;
  private readonly bar: HTMLProgressElement;
  private readonly again: HTMLButtonElement;

  constructor(
    private readonly zone: Zone,
    private readonly li: HTMLElement,
  ) {
    this.box = li.querySelector<HTMLInputElement>("input[type=checkbox]")!;
    this.state = li.querySelector<HTMLElement>("[data-state]")!;
    this.bar = li.querySelector("progress")!;
    this.again = li.querySelector<HTMLButtonElement>("[data-again]")!;
    const drop = li.querySelector<HTMLButtonElement>("[data-drop]")!;
    drop.hidden = false;
    drop.addEventListener("click", () => void this.remove());
    this.again.addEventListener("click", () => this.sending?.go());
  }

  // known is a row that the server has printed: something sent before.
  known(): void {
    this.id = this.li.dataset.upload!;
    this.describe(/\.(png|jpe?g|jfif|webp)$/i.test(this.li.dataset.name ?? ""));
    if ((this.box.checked || remembered(this.zone.place).includes(this.id)) && !this.box.disabled) {
      this.box.checked = true;
      void this.look();
    }
  }

  // describe asks what a picture shows; the form sends it under the upload's name.
  private describe(picture: boolean): void {
    const label = this.li.querySelector<HTMLElement>("[data-alt]");
    if (!label) return;
    label.hidden = !picture;
    label.querySelector("input")!.name = `alt-${this.id}`;
  }

  async send(file: File): Promise<void> {
    this.name = file.name;
    this.describe(file.type.startsWith("image/"));
    this.li.dataset.name = file.name;
    this.li.querySelector("[data-name-place]")!.textContent = file.name;
    this.li.querySelector("[data-size-place]")!.textContent = size(file.size);
    this.zone.under.add(this);
    this.bar.hidden = false;
    this.say("送る用意をしています");
    announce(`${file.name} を送っています`);
    const keepTrack = !("shared" in document.body.dataset);
    try {
      this.sending = await send(this.zone.root.dataset.client!, file, this.zone.place, keepTrack, {
        id: (id) => {
          this.id = id;
          this.li.dataset.upload = id;
          this.describe(file.type.startsWith("image/"));
        },
        progress: (sent, total) => {
          if (this.down) this.line(false);
          this.percent = Math.floor((sent / total) * 100);
          this.bar.value = this.percent;
          this.again.hidden = true;
          this.say(`送っています：${this.percent}％（${size(sent)}／${size(total)}）`);
        },
        waiting: () => {
          this.line(true);
          this.again.hidden = false;
          this.say(`つながりません。${this.percent}％まで届いています。つながると、続きから送ります。`, "warn");
          announce("つながりません。つながると、続きから送ります");
        },
        done: () => void this.arrived(),
        failed: (sentence) => this.refused(sentence),
      });
    } catch {
      this.refused("送る用意ができませんでした。画面を読みこみ直してから、もう一度選んでください。");
    }
  }

  private line(down: boolean): void {
    this.down = down;
    this.zone.stuck();
  }

  private async arrived(): Promise<void> {
    this.bar.hidden = true;
    this.again.hidden = true;
    this.box.value = this.id;
    this.box.disabled = false;
    this.box.checked = true;
    remember(this.zone.place, this.id);
    this.zone.under.delete(this);
    this.zone.settled(true);
    await this.look();
  }

  // look asks what was found in the file, and shows it.
  private async look(): Promise<void> {
    this.say("受け取りました。読み取っています");
    let answer: Response;
    try {
      answer = await fetch(`/uploads/${this.id}`);
    } catch {
      return this.say("受け取りました");
    }
    if (answer.status === 422 || answer.status === 413) return this.refused(await answer.text());
    if (!answer.ok) return this.say("受け取りました");
    const found = (await answer.json()) as Found;
    const what = found.pages > 1 ? `${found.kind}・${found.pages}頁` : found.kind;
    if (found.trouble) this.say(`読めませんでした：${found.trouble}`, "warn");
    else this.say(`できました（${what}）`, "ok");
    announce(`${this.li.dataset.name ?? "ファイル"}：${this.state.textContent}`);
    const notes = this.li.querySelector<HTMLElement>("[data-notes]")!;
    notes.replaceChildren(
      ...(found.notes ?? []).map((text) => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
      }),
    );
    notes.hidden = notes.childElementCount === 0;
    this.zone.show(found);
    const picture = this.li.querySelector<HTMLImageElement>("img")!;
    if (found.picture) {
      picture.src = found.picture;
      picture.hidden = false;
    }
  }

  private refused(sentence: string): void {
    this.zone.under.delete(this);
    this.bar.hidden = true;
    this.again.hidden = true;
    this.box.checked = false;
    this.box.disabled = true;
    this.say(`読めませんでした：${sentence}`, "bad");
    announce(`読めませんでした：${sentence}`);
    this.zone.settled(false);
  }

  private async remove(): Promise<void> {
    const was = this.sending;
    this.zone.under.delete(this);
    this.li.remove();
    this.zone.gone(this.li.querySelector("img")!.src);
    this.zone.input.focus();
    announce("外しました");
    this.zone.settled(true);
    if (was) await was.stop();
    if (this.id) await fetch(`/uploads/${this.id}`, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => undefined);
  }

  private say(text: string, tone = ""): void {
    this.state.textContent = text;
    this.state.className = tone ? `upload-state ${tone}` : "upload-state";
  }
}

// What this window has sent for a form: after a reload these stay chosen.
const key = (place: string): string => `uploads:${place}`;

function remembered(place: string): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(key(place)) ?? "[]") as string[];
  } catch {
    return [];
  }
}

function remember(place: string, id: string): void {
  try {
    sessionStorage.setItem(key(place), JSON.stringify([...remembered(place), id].slice(-50)));
  } catch {
    // A browser that keeps nothing: after a reload the box is to be ticked by hand.
  }
}

// A page that changes its sheet brings another discussion.
const started = new WeakSet<HTMLElement>();
function startAll(): void {
  for (const root of document.querySelectorAll<HTMLElement>("[data-uploads]")) {
    if (started.has(root)) continue;
    started.add(root);
    new Zone(root);
  }
}
startAll();
document.addEventListener("sheet", startAll);
