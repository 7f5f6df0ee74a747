// Shows how far an import is while it runs: the part of the page with the bar and the rows is read again. Without it there is
// a link that does the same.
const every = 2000;

function watch(): void {
  const part = document.getElementById("import");
  if (!part || (part.dataset.state !== "running" && part.dataset.state !== "undoing")) return;
  setTimeout(async () => {
    try {
      if (!document.hidden) {
        const answer = await fetch(location.pathname);
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("import");
        if (fresh && !part.contains(document.activeElement)) part.replaceWith(document.adoptNode(fresh));
      }
    } catch {
      // the connection is away: the next turn asks again
    }
    watch();
  }, every);
}
watch();
