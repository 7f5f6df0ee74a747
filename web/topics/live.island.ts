// Makes a discussion live: new posts appear for a reader who is at the end and wait behind a pill for everybody else;
// nothing scrolls, nothing takes the focus. What is written is shown at once and sent until it stands.
import { announce } from "../page/announce";
import type { Frame, State } from "../live/frame";
import type {} from "../live/start";
import { Composer } from "./composer";
import { List } from "./list";
import { listenLevels } from "./levels";
import { Polls } from "./polls";
import { listenReactions } from "./reactions";
import { watchSeen } from "./seen";

const announceEvery = 5000;

const sentences: Partial<Record<State, string>> = {
  waiting: "いまつながっていません。つながると、新しい投稿が自動で出ます。",
  off: "自動では更新されません。読みこみ直すと新しい投稿が見えます。",
  stale: "しばらく離れている間に、話し合いが進みました。読みこみ直すと、いまの話し合いが見えます。",
  merged: "この話し合いは、ほかの話し合いと1つになりました。読みこみ直すと、続きの話し合いが開きます。",
  ended: "この話し合いは、いまは読めません。",
  signedout: "ログインの期限が切れました。書いた内容は残っています。別の画面でログインしてから、読みこみ直してください。",
};

function start(root: HTMLElement, all: NonNullable<typeof window.link>): void {
  const { live: topic, me, n, epoch } = root.dataset as Record<string, string>;
  const list = new List(root, topic, me);
  const whole = "end" in root.dataset; // the window reaches the last post
  let head = Number(n);
  let posts = Number(root.dataset.posts);
  let held: Frame[] = []; // new posts that wait for a click
  let fresh: string[] = []; // posts below the reader's place, already in the page
  let spoken: Frame[] = [];
  let speaking = 0;

  const polls = new Polls(root, topic);
  const composer = new Composer(root, list, {
    poll: (id) => polls.changed(id, 0),
    typing: () => all.say({ t: "typing", topic }),
    beforeOwn: () => insertHeld(false),
    watch: (li) => watch(li),
  });
  const watch = watchSeen(root, (li) => {
    const n = li === list.last() && whole && !held.length ? head : Number(li.dataset.n);
    markRead(n);
  });

  let marked = 0;
  function markRead(n: number): void {
    if (!(n > marked)) return;
    marked = n;
    if (all.say({ t: "read", topic, n })) return;
    fetch(`/api/v1/topics/${topic}/read`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ n }),
      keepalive: true,
    }).catch(() => (marked = 0)); // said again with the next post
  }


  function take(f: Frame): void {
    head = f.n!;
    root.dispatchEvent(new CustomEvent("talk", { bubbles: true, detail: f })); // notes on the sheet listen too
    if (f.kind === "cleared") return list.clear(f.number!);
    if (f.kind === "post" && !f.author) return; // it has been cleared away since
    if (f.kind === "post") return added(f);
    if (f.question !== undefined) list.asked(f.question);
    if (f.answer !== undefined) root.dataset.answered = f.answer;
    if (f.answer !== undefined || f.kind === "topic.changed" || (f.id && (f.id === root.dataset.answered || f.moved === root.dataset.answered))) answer();
    if (f.kind === "moved") return moved(f);
    if (f.kind === "poll") return polls.changed(f.id ?? "");
    if (f.kind === "topic.merged") return state("merged");
    const li = f.id ? list.find(f.id) : null;
    const waiting = held.find((h) => h.id === f.id);
    if (waiting) Object.assign(waiting, f, { kind: "post", n: waiting.n }, f.kind === "reaction" ? { at: waiting.at } : {});
    if (!li) return;
    if (f.kind === "reaction") list.counts(li, f.reactions ?? {});
    else list.body(li.querySelector("article")!, f);
  }

  function added(f: Frame): void {
    posts = Math.max(posts, f.number!);
    if (posts > 1) document.querySelector("[data-waiting]")?.remove();
    root.querySelector("[data-count]")!.textContent = posts.toLocaleString("ja-JP");
    if (composer.own(f) || list.find(f.id!)) return;
    if (f.author?.id !== me && !f.removed) speak(f);
    if (!whole || (list.atEnd() && composer.busy())) {
      held.push(f);
    } else {
      const seen = list.atEnd();
      insert(f);
      if (!seen) fresh.push(f.id!);
    }
    pill();
  }

  // moved puts the line where a post was that a moderator moved elsewhere.
  function moved(f: Frame): void {
    held = held.map((h) => (h.id === f.moved && h.number === f.number ? { ...f, kind: "post", n: h.n } : h));
    const old = list.find(f.moved!);
    const li = old && old.querySelector("article")!.id === `p${f.number}` ? old : list.find(f.id!);
    if (li) {
      li.dataset.id = f.id!;
      list.body(li.querySelector("article")!, f);
    }
  }

  // answer reads again which post answers the question.
  async function answer(): Promise<void> {
    const got = await fetch(`/topics/${topic}/answer`, { cache: "no-store" }).catch(() => null);
    if (!got?.ok) return;
    const html = await got.text();
    const box = root.querySelector<HTMLElement>("[data-answer]");
    if (box) box.innerHTML = html;
    const is = box?.querySelector<HTMLElement>("[data-is]")?.dataset.is ?? "";
    list.accepted(is);
    const solved = document.querySelector<HTMLElement>("[data-solved]");
    if (solved) solved.hidden = !is;
  }

  function insert(f: Frame): HTMLElement | null {
    const li = list.make(f.author!.id === me);
    if (!li) return null;
    list.fill(li, f);
    root.querySelector("[data-empty]")?.remove();
    if (f.poll) polls.changed(f.id!);
    composer.place(li);
    watch(li);
    return li;
  }

  function insertHeld(focus: boolean): void {
    if (!whole) return;
    const made = held.map(insert);
    held = [];
    pill();
    if (focus) focusOn(made[0]);
  }

  function focusOn(li: HTMLElement | null | undefined): void {
    const link = li?.querySelector<HTMLElement>(".post-head a");
    li?.scrollIntoView({ block: "nearest" });
    link?.focus();
  }

  // The pill counts what the reader has not come to yet.
  const place = root.querySelector<HTMLElement>("[data-jump]")!;
  const link = place.querySelector("a")!;
  function pill(): void {
    fresh = fresh.filter((id) => {
      const li = list.find(id);
      return li && li.getBoundingClientRect().top > innerHeight;
    });
    const n = held.length + fresh.length;
    place.hidden = n === 0;
    link.querySelector("span")!.textContent = `新しい投稿 ${n}件`;
    link.href = whole ? "#discussion" : `${root.dataset.back}?from=${Math.max(1, posts - 20)}#p${posts}`;
  }
  link.addEventListener("click", (e) => {
    if (!whole) return;
    e.preventDefault();
    const first = fresh.length ? list.find(fresh[0]) : null;
    fresh = [];
    insertHeld(!first);
    if (first) focusOn(first);
    pill();
  });
  addEventListener("scroll", () => fresh.length && pill(), { passive: true });

  // One sentence in five seconds, whatever came.
  function speak(f: Frame): void {
    spoken.push(f);
    speaking ||= setTimeout(() => {
      const names = [...new Set(spoken.map((s) => s.author!.name))];
      const who = `${names[0]}さん${names.length > 1 ? `ほか${names.length - 1}人` : ""}`;
      announce(`${who}が投稿しました。新しい投稿 ${spoken.length}件`);
      spoken = [];
      speaking = 0;
    }, announceEvery);
  }

  function presence(here: number, typing: number): void {
    const p = root.querySelector<HTMLElement>("[data-presence]")!;
    p.hidden = here < 2;
    p.querySelector("span:last-child")!.textContent = `いま${here}人が見ています`;
    root.querySelector<HTMLElement>("[data-typing]")!.hidden = typing - (composer.typing() ? 1 : 0) <= 0;
  }

  let patience = 0;
  function state(s: State): void {
    const bar = root.querySelector<HTMLElement>(".notice[data-state]")!; // files that are being sent have a state too
    const say = () => {
      const text = sentences[s] ?? "";
      bar.hidden = !text;
      if (bar.firstElementChild!.textContent !== text) bar.firstElementChild!.textContent = text;
      if (s === "stale" || s === "merged") bar.append(reload());
    };
    clearTimeout(patience);
    if (s === "waiting") patience = setTimeout(say, 5000); // a short break is nobody's business
    else say();
    const plain = root.querySelector<HTMLElement>("[data-plain]");
    if (plain) plain.hidden = s === "live";
  }

  function reload(): HTMLElement {
    const a = document.createElement("a");
    a.className = "btn btn-secondary btn-sm";
    a.href = root.dataset.back!;
    a.textContent = "読みこみ直す";
    return a;
  }

  listenReactions(root, list);
  listenLevels(topic);
  all.join(topic, { n: head, epoch, take, presence, state });
}

// The base script, which comes first, has made the link. A page that changes its sheet brings another discussion.
const started = new WeakSet<HTMLElement>();
function startAll(): void {
  for (const root of document.querySelectorAll<HTMLElement>("[data-live]")) {
    if (!window.link || started.has(root)) continue;
    started.add(root);
    start(root, window.link);
  }
}
startAll();
document.addEventListener("sheet", startAll);
