// composing tells whether a key belongs to an input method: then it is nobody else's.
export function composing(e: KeyboardEvent): boolean {
  return e.isComposing || e.keyCode === 229;
}

// writing tells whether somebody is typing into el.
export function writing(el: EventTarget | null): boolean {
  return el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
}
