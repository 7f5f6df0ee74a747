// The zoomed sheet: OpenSeadragon over the tiles of the IIIF Image API, wrapped so that its canvas is only a picture.
// Names, buttons, keys and focus are the stage's own (poster.island.ts, which loads this at the first zoom).
import OpenSeadragon from "./openseadragon/openseadragon.min.js";

export interface Zoomer {
  by(factor: number, x?: number, y?: number): void;
  pan(dx: number, dy: number): void;
  show(frame: SVGGElement): void;
  percent(): number;
  close(): void;
  reopen(): void;
}

// open lays the zoomed sheet over the plain one in the stage.
export async function open(stage: HTMLElement, tiles: string, frames: SVGElement | null, changed: () => void): Promise<Zoomer> {
  const answer = await fetch(`${tiles}/info.json`);
  if (!answer.ok) throw new Error(`info.json: ${answer.status}`);
  const source = await answer.json();
  source.id = tiles; // the site may be reached by another name than its own
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const element = document.createElement("div");
  element.className = "zoomed";
  element.setAttribute("aria-hidden", "true"); // the stage is named, and its text stands beside it
  stage.append(element);
  keepStylesOut();
  const viewer = OpenSeadragon({
    element,
    tileSources: [source],
    drawer: "canvas",
    showNavigationControl: false,
    tabIndex: "", // the stage around it has the focus
    animationTime: still ? 0 : 0.3,
    springStiffness: 8,
    immediateRender: still,
    visibilityRatio: 0.5,
    maxZoomPixelRatio: 3,
    gestureSettingsMouse: { scrollToZoom: false, clickToZoom: false, dblClickToZoom: true, flickEnabled: false },
    gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true, flickEnabled: !still },
  });
  const hands = viewer.innerTracker; // keys and the wheel are the stage's
  hands.scrollHandler = hands.keyDownHandler = hands.keyHandler = hands.keyPressHandler = null;
  await new Promise<void>((done, failed) => {
    viewer.addOnceHandler("open", () => done());
    viewer.addOnceHandler("open-failed", () => failed(new Error("the sheet did not open")));
  });
  for (const e of element.querySelectorAll("[tabindex]")) e.removeAttribute("tabindex");
  const height = source.height / source.width;
  if (frames) {
    const over = document.createElement("div");
    over.append(frames.cloneNode(true));
    for (const g of over.querySelectorAll("[id]")) g.removeAttribute("id");
    viewer.addOverlay({ element: over, location: new OpenSeadragon.Rect(0, 0, 1, height) });
  }
  const pins = stage.querySelector(".stage-img .pins");
  if (pins) {
    const over = document.createElement("div");
    over.append(pins.cloneNode(true));
    viewer.addOverlay({ element: over, location: new OpenSeadragon.Rect(0, 0, 1, height) });
  }
  if (!source.tiles) sharpen(viewer, element, tiles);
  const port = viewer.viewport;
  viewer.addHandler("animation-finish", changed);
  const settle = () => {
    port.applyConstraints(still);
    changed();
  };
  return {
    by(factor, x, y) {
      const at = x === undefined ? undefined : port.pointFromPixel(new OpenSeadragon.Point(x, y!));
      port.zoomBy(factor, at, still);
      settle();
    },
    pan(dx, dy) {
      const seen = port.getBounds();
      port.panBy(new OpenSeadragon.Point(dx * seen.width, dy * seen.height), still);
      settle();
    },
    // show brings a frame into the middle, large enough to be read.
    show(frame) {
      const all = [...frames!.querySelectorAll("g.frame")];
      const shown = [...element.querySelectorAll("g.frame")];
      for (const g of shown) g.classList.remove("cur");
      shown[all.indexOf(frame)]?.classList.add("cur");
      let [x0, y0, x1, y1] = [1000, 1000, 0, 0];
      for (const r of frame.querySelectorAll("rect")) {
        const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(r.getAttribute(name)));
        [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + w), Math.max(y1, y + h)];
      }
      const width = Math.max(0.34, ((x1 - x0) / 1000) * 1.6);
      const tall = Math.max(0.2, ((y1 - y0) / 1000) * 1.6) * height;
      port.fitBounds(new OpenSeadragon.Rect((x0 + x1) / 2000 - width / 2, ((y0 + y1) / 2000) * height - tall / 2, width, tall), still);
      changed();
    },
    percent: () => Math.round((port.getZoom(false) / port.getHomeZoom()) * 100),
    close: () => (element.hidden = true),
    reopen() {
      element.hidden = false;
      port.goHome(true);
    },
  };
}

// sharpen puts the finer tiles, which are cut now that somebody zooms, in the picture's place without moving anything.
async function sharpen(viewer: any, element: HTMLElement, tiles: string): Promise<void> {
  for (let tries = 0; tries < 12 && element.isConnected; tries++) {
    await new Promise((done) => setTimeout(done, 2500));
    const answer = await fetch(`${tiles}/info.json`).catch(() => undefined);
    if (!answer?.ok) return;
    const finer = await answer.json();
    if (!finer.tiles) continue;
    finer.id = tiles;
    viewer.preserveViewport = true; // OpenSeadragon would go back to the whole sheet
    viewer.addTiledImage({ tileSource: finer, index: 0, replace: true });
    return;
  }
}

// keepStylesOut stands where OpenSeadragon would put a style element of its own, which the site's policy forbids: this
// one is found by that name but belongs to no language that a browser reads.
function keepStylesOut(): void {
  const name = "data-openseadragon-mobile-css";
  if (document.querySelector(`style[${name}]`)) return;
  const style = document.createElementNS("urn:none", "style");
  style.setAttribute(name, "");
  document.head.append(style);
}
