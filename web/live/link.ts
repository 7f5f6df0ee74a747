// One connection for all tabs of a browser. The tab that holds a lock leads: it has the connection, follows what any
// tab follows, and passes every frame on. When it goes, the lock falls to another tab, which asks everybody what they
// follow and goes on from there. Where a browser has no locks or no broadcasts, each tab leads itself.
import { Channel } from "./channel";
import { furthestBehind, type Frame, type State } from "./frame";

// A place is a topic that this tab shows.
export interface Place {
  n: number;
  epoch: string;
  take(f: Frame): void;
  presence(here: number, typing: number): void;
  state(s: State): void;
}

type Topics = Record<string, number>; // with the n that a tab has come to

type Note =
  | { t: "tab"; from: string; topics: Topics }
  | { t: "gone"; from: string }
  | { t: "leader" }
  | { t: "say"; frame: object }
  | { t: "frame"; frame: Frame }
  | { t: "state"; state: State; socket: boolean; epoch: string; notices: number }
  | { t: "notices"; notices: number };

const roundEvery = 60_000;

export class Link {
  private id = Math.random().toString(36).slice(2);
  private places = new Map<string, Place>();
  private bus?: BroadcastChannel;
  private channel?: Channel; // of the leading tab
  private tabs = new Map<string, { topics: Topics; here: boolean }>(); // what others follow, known to the leader
  private now: State = "waiting";
  private socket = false;
  private epoch = "";
  private release?: () => void;
  private withdraw?: AbortController;
  private round = 0;
  private wall = -1; // the position of the wall that this tab shows

  constructor(
    private person: string,
    private notices: number,
    private count: (n: number) => void,
  ) {
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (e) => e.persisted && this.start());
    document.addEventListener("visibilitychange", () => !document.hidden && this.tell());
    this.start();
  }

  // join lets a page follow a topic from where its HTML stands.
  join(topic: string, place: Place): void {
    this.places.set(topic, place);
    this.tell();
    if (this.epoch) this.check();
    if (this.now !== "waiting") place.state(this.now);
  }

  // watchWall lets this tab hear of the wall of posters from seq on: an event "wall" of the document.
  watchWall(seq: number): void {
    this.wall = seq;
    this.tell();
  }

  // part ends following a topic that the page no longer shows.
  part(topic: string): void {
    if (!this.places.delete(topic)) return;
    if (this.channel) this.leave([topic]);
    else this.tell();
  }

  // say sends a small signal and tells whether there is a socket that it went by.
  say(frame: object): boolean {
    if (this.channel) return this.channel.say(frame);
    this.post({ t: "say", frame });
    return this.socket;
  }

  private start(): void {
    if (!navigator.locks || !("BroadcastChannel" in window)) return this.lead();
    this.bus = new BroadcastChannel(`live:${this.person}`);
    this.bus.onmessage = (e) => this.hear(e.data as Note);
    this.post({ t: "notices", notices: this.notices }); // the page is newer than what other tabs show
    this.tell();
    this.withdraw = new AbortController();
    const held = () => {
      this.lead();
      return new Promise<void>((done) => (this.release = done));
    };
    navigator.locks.request(`live:${this.person}`, { signal: this.withdraw.signal }, held).catch(() => {});
  }

  private close(): void {
    this.post({ t: "gone", from: this.id });
    this.withdraw?.abort();
    clearInterval(this.round);
    this.channel?.close();
    this.channel = undefined;
    this.tabs.clear();
    this.release?.();
    this.release = undefined;
    this.bus?.close();
    this.bus = undefined;
  }

  private lead(): void {
    this.channel = new Channel(
      (frame) => {
        this.take(frame);
        this.post({ t: "frame", frame });
      },
      (s) => {
        this.changed(s, this.channel?.bySocket() ?? false);
        this.passOn();
      },
    );
    this.tell();
    this.post({ t: "leader" });
    this.round = setInterval(() => this.ask(), roundEvery);
  }

  // ask drops the tabs that did not answer the last time, and asks again who is there.
  private ask(): void {
    for (const [id, tab] of this.tabs) {
      if (tab.here) tab.here = false;
      else this.forget(id);
    }
    this.post({ t: "leader" });
  }

  // tell says what this tab follows.
  private tell(): void {
    if (this.channel) {
      for (const [topic, place] of this.places) this.channel.follow(topic, place.n);
      if (this.wall >= 0) this.channel.watchWall(this.wall);
      return;
    }
    if (this.wall >= 0) this.post({ t: "say", frame: { t: "wall", seq: this.wall } });
    this.post({ t: "tab", from: this.id, topics: this.mine() });
  }

  private mine(): Topics {
    return Object.fromEntries([...this.places].map(([topic, place]) => [topic, place.n]));
  }

  private hear(note: Note): void {
    switch (note.t) {
      case "notices":
        return this.counted(note.notices);
      case "frame":
        return this.take(note.frame);
      case "state":
        this.epoch = note.epoch;
        this.check();
        this.counted(note.notices);
        return this.changed(note.state, note.socket);
      case "leader":
        return this.tell();
    }
    if (!this.channel) return;
    switch (note.t) {
      case "say": {
        const { t, seq } = note.frame as Frame;
        if (t === "wall") this.channel.watchWall(seq!);
        else this.channel.say(note.frame);
        return;
      }
      case "gone":
        return this.forget(note.from);
      case "tab":
        this.know(note.from, note.topics);
        return this.passOn();
    }
  }

  private know(id: string, topics: Topics): void {
    const before = this.tabs.get(id)?.topics ?? {};
    this.tabs.set(id, { topics, here: true });
    for (const [topic, n] of Object.entries(topics)) this.channel!.follow(topic, n);
    this.leave(Object.keys(before));
  }

  private forget(id: string): void {
    const gone = this.tabs.get(id);
    this.tabs.delete(id);
    if (gone) this.leave(Object.keys(gone.topics));
  }

  // leave ends what no tab follows any more.
  private leave(topics: string[]): void {
    for (const topic of topics) {
      const wanted = this.places.has(topic) || [...this.tabs.values()].some((tab) => topic in tab.topics);
      if (!wanted) this.channel?.leave(topic);
    }
  }

  private passOn(): void {
    this.post({ t: "state", state: this.now, socket: this.channel?.bySocket() ?? false, epoch: this.epoch, notices: this.notices });
  }

  private post(note: Note): void {
    this.bus?.postMessage(note);
  }

  private take(f: Frame): void {
    if (f.t === "welcome") {
      this.epoch = f.epoch!;
      return this.check();
    }
    if (f.t === "wall" && f.seq! > this.wall && this.wall >= 0) {
      this.wall = f.seq!;
      document.dispatchEvent(new CustomEvent("wall", { detail: f.seq }));
    }
    if (f.t === "me") return this.counted(f.notices!);
    const place = this.places.get(f.topic ?? "");
    if (!place) return;
    switch (f.t) {
      case "ev":
        if (f.n! <= place.n) return;
        if (f.n! > place.n + 1) return this.tell(); // it came by another tab's wish: this one needs what lies between
        place.n = f.n!;
        return place.take(f);
      case "who":
        return place.presence(f.here ?? 0, f.typing ?? 0);
      case "gap":
        if (f.n! - place.n > furthestBehind) this.end(f.topic!, "stale");
        else if (f.n! > place.n) this.tell();
        return;
      case "end":
        return this.end(f.topic!, "ended");
      case "error":
        return this.end(f.topic!, f.code === "bad_since" ? "stale" : f.code === "too_many" ? "off" : "ended");
    }
  }

  private end(topic: string, s: State): void {
    const place = this.places.get(topic);
    this.places.delete(topic);
    place?.state(s);
    if (this.channel) this.leave([topic]);
    else this.tell();
  }

  // check looks whether the database is still the one that the page was read from.
  private check(): void {
    for (const [topic, place] of this.places) {
      if (this.epoch && place.epoch && place.epoch !== this.epoch) this.end(topic, "stale");
    }
  }

  private changed(s: State, socket: boolean): void {
    this.now = s;
    this.socket = socket;
    for (const place of this.places.values()) place.state(s);
  }

  private counted(n: number): void {
    if (n === this.notices) return;
    this.notices = n;
    this.count(n);
  }
}
