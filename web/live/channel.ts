// The channel carries frames into the browser: by websocket, else by long poll, else by asking now and then. It knows
// where each topic stands, goes on from there after every break, and asks again when an event is missing.
import type { Frame, State } from "./frame";

const beatEvery = 25_000;
const deadAfter = 60_000;
const welcomeWithin = 8_000;
const longestPause = 30_000;
const plainEvery = 30_000;
const remembered = "live-step";
const rememberFor = 24 * 3600_000;

type Way = "socket" | "poll" | "plain";

export class Channel {
  private way: Way = rememberedWay();
  private at = new Map<string, number>(); // the n that each topic has come to
  private notices = -1;
  private wall = -1; // the position of the wall that is known; -1: nobody looks at it
  private socket?: WebSocket;
  private fails = 0;
  private silent = 0; // sockets without a welcome
  private short = 0; // sockets that closed soon
  private stopped = false;
  private heard = 0;
  private timer = 0;
  private asking?: AbortController;
  private online = () => this.now();
  private seen = () => {
    if (!document.hidden && Date.now() - this.heard > deadAfter) this.now();
  };

  constructor(
    private frame: (f: Frame) => void,
    private state: (s: State) => void,
  ) {
    addEventListener("online", this.online);
    document.addEventListener("visibilitychange", this.seen);
    this.timer = setTimeout(() => this.start()); // whoever follows something says so first
  }

  // follow goes on with a topic behind n. For a topic that is already past n, what lies between comes again.
  follow(topic: string, n: number): void {
    this.at.set(topic, Math.min(n, this.at.get(topic) ?? n));
    if (this.socket) this.subscribe(topic);
    else this.asking?.abort("more"); // the next question names it
  }

  // watchWall asks to be told when the wall of posters is past seq.
  watchWall(seq: number): void {
    this.wall = Math.max(this.wall, seq);
    if (!this.say({ t: "wall", seq: this.wall })) this.asking?.abort("more");
  }

  leave(topic: string): void {
    if (this.at.delete(topic)) this.say({ t: "unsub", topic });
  }

  // say sends a small signal, where there is a socket for it; it tells whether it went.
  say(frame: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  // bySocket tells whether small signals go through.
  bySocket(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  close(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.online);
    document.removeEventListener("visibilitychange", this.seen);
    this.asking?.abort();
    this.socket?.close();
  }

  private start(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    if (this.way === "socket") this.open();
    else this.poll();
  }

  // now tries again at once: the network is back, or the page is looked at again after a sleep.
  private now(): void {
    this.fails = 0;
    if (this.asking) this.asking.abort("more");
    else if (this.socket) this.socket.close();
    else this.start();
  }

  private again(wait?: number): void {
    const longest = Math.min(longestPause, 500 * 2 ** this.fails++);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), wait ?? Math.random() * longest);
  }

  private open(): void {
    if (this.socket) return;
    const opened = Date.now();
    let welcomed = false;
    let connected = false;
    let wait: number | undefined;
    const ws = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws", "manetomo.1");
    this.socket = ws;
    const patience = setTimeout(() => !welcomed && ws.close(), welcomeWithin);
    const beat = setInterval(() => {
      if (Date.now() - this.heard > deadAfter) ws.close();
      else this.say({ t: "beat" });
    }, beatEvery);
    ws.onopen = () => {
      connected = true;
      this.heard = Date.now();
      this.say({ t: "hello", v: 1 });
      this.say({ t: "me" });
      if (this.wall >= 0) this.say({ t: "wall", seq: this.wall });
      for (const topic of this.at.keys()) this.subscribe(topic);
    };
    ws.onmessage = (e) => {
      this.heard = Date.now();
      const f = JSON.parse(e.data) as Frame;
      if (f.t === "welcome") welcomed = true;
      if (f.t === "bye" && f.why === "restart") wait = f.wait;
      this.take(f);
    };
    ws.onclose = () => {
      clearTimeout(patience);
      clearInterval(beat);
      this.socket = undefined;
      if (this.stopped) return;
      this.state("waiting");
      if (!connected) return void this.stepDownIfReachable();
      if (!welcomed && ++this.silent >= 2) return this.stepDown("poll");
      const soon = welcomed && wait === undefined && navigator.onLine && Date.now() - opened < 60_000;
      if (soon && ++this.short >= 2) return this.stepDown("poll");
      this.again(wait);
    };
  }

  // stepDownIfReachable looks whether the site itself answers where a socket does not.
  private async stepDownIfReachable(): Promise<void> {
    try {
      if (navigator.onLine && (await this.ask(0))) return this.stepDown("poll");
    } catch {
      // nothing answers: it is the network, not the way
    }
    this.again();
  }

  private stepDown(to: Way): void {
    this.way = to;
    this.fails = 0;
    try {
      localStorage.setItem(remembered, JSON.stringify({ way: to, at: Date.now() }));
    } catch {
      // not remembered: the next page tries again
    }
    this.again(0);
  }

  private async poll(): Promise<void> {
    const began = Date.now();
    try {
      if (!(await this.ask(this.way === "poll" ? 25 : 0))) return;
      this.fails = 0;
      this.state("live");
      this.again(this.way === "poll" ? 0 : plainEvery);
    } catch (why) {
      if (this.stopped) return;
      if (why === "more") return this.again(0);
      const cut = this.way === "poll" && Date.now() - began > 3_000 && navigator.onLine;
      this.state(this.fails > 2 ? "off" : "waiting");
      if (cut && this.fails >= 2) this.stepDown("plain");
      else this.again();
    }
  }

  // ask asks once and tells whether to go on.
  private async ask(seconds: number): Promise<boolean> {
    const asking = new AbortController();
    this.asking = asking;
    const patience = setTimeout(() => asking.abort(), (seconds + 10) * 1000);
    const wall = this.wall >= 0 ? `&wall=${this.wall}` : "";
    const topics = [...this.at].map(([topic, n]) => `${topic}:${n}`).join();
    try {
      const answer = await fetch(`/live?topics=${topics}&me=${this.notices}${wall}&timeout=${seconds}`, { signal: asking.signal, cache: "no-store" });
      if (answer.status === 404 || answer.status === 401) {
        this.state("signedout");
        this.close();
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.heard = Date.now();
      for (const f of (await answer.json()) as Frame[]) this.take(f);
      return !this.stopped;
    } finally {
      clearTimeout(patience);
      if (this.asking === asking) this.asking = undefined;
    }
  }

  private subscribe(topic: string): void {
    this.say({ t: "sub", topic, since: this.at.get(topic) });
  }

  private take(f: Frame): void {
    const n = this.at.get(f.topic ?? "");
    switch (f.t) {
      case "ev":
        if (n === undefined || f.n! <= n) return;
        if (f.n! > n + 1) return this.subscribe(f.topic!); // one is missing: ask again from what is there
        this.at.set(f.topic!, f.n!);
        break;
      case "gap":
        if (n !== undefined) this.at.set(f.topic!, f.n!);
        break;
      case "end":
      case "error":
        this.at.delete(f.topic!);
        break;
      case "me":
        this.notices = f.notices!;
        this.fails = 0;
        this.state("live");
        break;
      case "wall":
        this.wall = Math.max(this.wall, f.seq!);
        break;
      case "subd":
        this.fails = 0;
        this.state("live");
        break;
      case "bye":
        if (f.why === "auth") {
          this.state("signedout");
          this.close();
        }
    }
    this.frame(f);
  }
}

function rememberedWay(): Way {
  try {
    const kept = JSON.parse(localStorage.getItem(remembered) ?? "null");
    if (kept && Date.now() - kept.at < rememberFor) return kept.way === "plain" ? "plain" : "poll";
  } catch {
    // nothing is remembered
  }
  return "WebSocket" in window ? "socket" : "poll";
}
