// What the live channel says (see internal/live/frame.go).
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
  moved?: string;
  nonce?: string;
  poll?: { voters: number; over: boolean };
  question?: boolean;
  answer?: string;
  reply_to?: { id: string; number: number; name: string };
  reactions?: Record<string, number>;
  here?: number;
  typing?: number;
  notices?: number;
  why?: string;
  wait?: number;
  code?: string;
  seq?: number;
}

// How a page is kept up to date. "stale": read the page again. "ended": nothing more comes for this reader.
export type State = "live" | "waiting" | "off" | "stale" | "merged" | "ended" | "signedout";

// Beyond this many events the page is read again; the server says so too.
export const furthestBehind = 500;
