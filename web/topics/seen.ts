// Tells once how far a reader has come: a post counts as read when half of it has been in view for a second in a
// window that has the focus.
export function watchSeen(root: HTMLElement, read: (li: HTMLElement) => void): (li: HTMLElement) => void {
  const waiting = new Map<Element, number>();
  const seeing = new Set<Element>();
  const start = (el: Element) => {
    if (waiting.has(el)) return;
    waiting.set(
      el,
      setTimeout(() => {
        waiting.delete(el);
        if (!document.hasFocus() || document.hidden || !seeing.has(el)) return;
        watcher.unobserve(el);
        seeing.delete(el);
        read(el as HTMLElement);
      }, 1000),
    );
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const e of entries) {
        const enough = e.isIntersecting && (e.intersectionRatio >= 0.5 || e.intersectionRect.height >= innerHeight / 2);
        if (enough) {
          seeing.add(e.target);
          start(e.target);
        } else {
          seeing.delete(e.target);
          clearTimeout(waiting.get(e.target));
          waiting.delete(e.target);
        }
      }
    },
    { threshold: [0, 0.25, 0.5, 0.75, 1] },
  );
  addEventListener("focus", () => seeing.forEach(start));
  for (const li of root.querySelectorAll("ol.posts > li")) watcher.observe(li);
  return (li) => watcher.observe(li);
}
