// countInTitle writes 「(2) 」 before the title while the tab is hidden and notices wait. The number stands in
// data-unread of the body, where the live channel keeps it current.
export function countInTitle(): void {
  const plain = () => document.title.replace(/^\(\d+\) /, "");
  const show = () => {
    const n = Number(document.body.dataset.unread ?? 0);
    document.title = (document.hidden && n > 0 ? `(${n}) ` : "") + plain();
  };
  document.addEventListener("visibilitychange", show);
  new MutationObserver(show).observe(document.body, { attributeFilter: ["data-unread"] });
}
