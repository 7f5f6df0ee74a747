// The channel carries a topic's events into the page: by websocket, else by long poll, else by asking now and then.
// Whatever the way, events arrive in order, each once: the channel knows the n it has, drops what it had before and
// asks again when one is missing.
export interface Frame {
  t: string;
  topic?: string;
  n?: number;
  epoch?: string;
  kind?: string;
  number?: number;
  id?: string;
  html?: string;
  author?: { id: string; name: string; place: string };
  at?: string;
  edited_at?: string;
  removed?: string;
  reply_to?: { id: string; number: number; name: string };
  reactions?: Record<string, number>;
  here?: number;
  typing?: number;
  why?: string;
  wait?: number;
  code?: string;
}

// How the page is kept up to date. "stale": read the page again. "ended": nothing more comes for this reader.
export type State = "live" | "waiting" | "off" | "stale" | "ended" | "signedout";

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
  private socket?: WebSocket;
  private fails = 0;
  private silent = 0; // sockets without a welcome
  private short = 0; // sockets that closed soon
  private stopped = false;
  private heard = 0;
  private timer = 0;
  private asking?: AbortController;

  constructor(
    readonly topic: string,
    private n: number,
    private epoch: string,
    private event: (f: Frame) => void,
    private presence: (here: number, typing: number) => void,
    private state: (s: State) => void,
  ) {
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && Date.now() - this.heard > deadAfter) this.now();
    });
    this.start();
  }

  // say sends a small signal, where there is a socket for it; it tells whether it went.
  say(frame: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
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
    this.asking?.abort();
    if (this.socket) this.socket.close();
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
      this.subscribe();
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
      if (welcomed && wait === undefined && navigator.onLine && Date.now() - opened < 60_000 && ++this.short >= 2) return this.stepDown("poll");
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
    } catch {
      if (this.stopped) return;
      const cut = this.way === "poll" && Date.now() - began > 3_000 && navigator.onLine;
      this.state(this.fails > 2 ? "off" : "waiting");
      if (cut && this.fails >= 2) this.stepDown("plain");
      else this.again();
    }
  }

  // ask asks once and tells whether to go on.
  private async ask(seconds: number): Promise<boolean> {
    this.asking = new AbortController();
    const patience = setTimeout(() => this.asking?.abort(), (seconds + 10) * 1000);
    try {
      const answer = await fetch(`/live?topics=${this.topic}:${this.n}&timeout=${seconds}`, { signal: this.asking.signal, cache: "no-store" });
      if (answer.status === 404 || answer.status === 401) {
        this.stop("signedout");
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.heard = Date.now();
      for (const f of (await answer.json()) as Frame[]) this.take(f);
      return !this.stopped;
    } finally {
      clearTimeout(patience);
    }
  }

  private subscribe(): void {
    this.say({ t: "sub", topic: this.topic, since: this.n });
  }

  private stop(s: State): void {
    this.stopped = true;
    this.socket?.close();
    this.state(s);
  }

  private take(f: Frame): void {
    switch (f.t) {
      case "welcome":
        if (this.epoch && f.epoch !== this.epoch) this.stop("stale");
        return;
      case "subd":
        this.fails = 0;
        return this.state("live");
      case "ev":
        if (f.topic !== this.topic || f.n! <= this.n) return;
        if (f.n! > this.n + 1) return this.subscribe(); // one is missing: ask again from what is there
        this.n = f.n!;
        return this.event(f);
      case "who":
        return this.presence(f.here ?? 0, f.typing ?? 0);
      case "gap":
        return this.stop("stale");
      case "end":
        return this.stop("ended");
      case "error":
        return this.stop(f.code === "bad_since" ? "stale" : "ended");
      case "bye":
        if (f.why === "auth") this.stop("signedout");
    }
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
