// announce says one sentence to people who use a screen reader, through the one status region of the page.
// The region is emptied first, so that the same sentence twice is heard twice.
export function announce(text: string): void {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 60);
}
