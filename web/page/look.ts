const year = 60 * 60 * 24 * 365;

// switchLooks applies a choice of colours, text size or single keys at once (inputs with data-switch on 設定) and
// keeps it for this browser, also for somebody who is not signed in.
export function switchLooks(): void {
  document.addEventListener("change", (e) => {
    const input = e.target as HTMLInputElement;
    const what = input.dataset?.switch;
    if (what !== "theme" && what !== "text" && what !== "keys") return;
    const value = input.type === "checkbox" ? (input.checked ? "on" : "off") : input.value;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${what}=${encodeURIComponent(value)}; Path=/; Max-Age=${year}; SameSite=Lax${secure}`;
    const html = document.documentElement;
    if (what === "theme") set(html, "theme", value === "light" || value === "dark" ? value : "");
    if (what === "text") set(html, "text", value === "large" || value === "xlarge" ? value : "");
  });
}

function set(el: HTMLElement, name: string, value: string): void {
  if (value) el.dataset[name] = value;
  else delete el.dataset[name];
}

// cookie reads one of the cookies that a script may see.
export function cookie(name: string): string {
  for (const part of document.cookie.split("; ")) {
    if (part.startsWith(name + "=")) return decodeURIComponent(part.slice(name.length + 1));
  }
  return "";
}
