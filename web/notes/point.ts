import { announce } from "../page/announce";

export interface Spot {
  x: number;
  y: number;
}

const step = 0.02;
const leap = 0.1;
const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// where says a place on the sheet in words.
export function where(at: Spot): string {
  return `左から${Math.round(at.x * 100)}%、上から${Math.round(at.y * 100)}%`;
}

// point lets a place on the sheet be chosen: by a click or a tap, or with the arrow keys and Enter, each step spoken.
// Escape gives null.
export function point(): Promise<Spot | null> {
  const zoomed = document.querySelector<HTMLElement>("[data-stage][data-zoom=on]");
  if (zoomed) document.querySelector<HTMLElement>("[data-zoom-by='0']")?.click(); // the whole sheet is to be seen
  const pins = document.querySelector<SVGSVGElement>(".stage-img [data-pins]");
  const sheet = pins?.parentElement;
  if (!pins || !sheet) return Promise.resolve(null);
  sheet.querySelector(".placer")?.remove();
  const placer = document.createElement("div");
  placer.className = "placer";
  placer.tabIndex = 0;
  placer.setAttribute("role", "application");
  placer.setAttribute("aria-label", "付せんをはる場所。矢印キーで動かし、Enterで決めます。Shiftをおすと大きく動きます。Escでやめます");
  const aim = aimOf();
  const at: Spot = { x: 0.5, y: 0.5 };
  const show = () => {
    for (const part of aim.children) {
      const [x, y] = [`${at.x * 100}%`, `${at.y * 100}%`];
      for (const name of part.getAttributeNames()) if (/^(cx|x1|x2)$/.test(name)) part.setAttribute(name, x);
      for (const name of part.getAttributeNames()) if (/^(cy|y1|y2)$/.test(name)) part.setAttribute(name, y);
    }
  };
  pins.append(aim);
  sheet.append(placer);
  sheet.classList.add("placing");
  show();
  sheet.scrollIntoView({ block: "nearest" });
  placer.focus({ preventScroll: true });
  announce(`${where(at)}。矢印キーで動かし、Enterで決めます`);

  return new Promise((done) => {
    const end = (spot: Spot | null) => {
      placer.remove();
      aim.remove();
      sheet.classList.remove("placing");
      announce(spot ? `${where(spot)}に決めました。文を書いて、はってください` : "場所を選ぶのをやめました");
      done(spot);
    };
    placer.addEventListener("keydown", (e) => {
      e.stopPropagation();
      const move = moves[e.key];
      if (e.key === "Enter" || e.key === " ") e.preventDefault(), end({ ...at });
      else if (e.key === "Escape") end(null);
      else if (move) {
        e.preventDefault();
        const by = e.shiftKey ? leap : step;
        at.x = Math.min(1, Math.max(0, at.x + move[0] * by));
        at.y = Math.min(1, Math.max(0, at.y + move[1] * by));
        show();
        announce(where(at));
      }
    });
    placer.addEventListener("pointermove", (e) => {
      if (e.pointerType === "mouse") Object.assign(at, spotOf(placer, e)), show();
    });
    placer.addEventListener("click", (e) => end(spotOf(placer, e)));
  });
}

function spotOf(placer: HTMLElement, e: MouseEvent): Spot {
  const box = placer.getBoundingClientRect();
  const share = (n: number) => Math.min(1, Math.max(0, n));
  return { x: share((e.clientX - box.left) / box.width), y: share((e.clientY - box.top) / box.height) };
}

function aimOf(): SVGGElement {
  const make = (name: string, attributes: Record<string, string>) => {
    const el = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
    return el;
  };
  const g = make("g", { class: "aim" }) as SVGGElement;
  g.append(make("circle", { class: "halo", cx: "50%", cy: "50%", r: "16" }), make("circle", { cx: "50%", cy: "50%", r: "16" }), make("circle", { cx: "50%", cy: "50%", r: "2" }));
  return g;
}
