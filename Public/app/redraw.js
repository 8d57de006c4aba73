// Draws anew what changes by itself, under the eyes and hands of whoever uses it.
import { show } from './dom.js';

// What is to be drawn once the pointer is let go, by where.
const waiting = new Map();
let isPressed = false;

addEventListener('pointerdown', () => { isPressed = true; }, true);
addEventListener('pointerup', letGo, true);
addEventListener('pointercancel', letGo, true);
// It may have been let go outside of the window.
addEventListener('pointermove', (event) => isPressed && event.buttons === 0 && letGo(), true);

/**
 * Replaces what is in `holder`. A link there keeps the focus; and nothing goes away from under a pressed pointer, because a
 * click is one only where it ends on what it began on.
 */
export function redraw(holder, ...content) {
  if (isPressed) waiting.set(holder, content);
  else draw(holder, content);
}

function draw(holder, content) {
  const focused = holder.contains(document.activeElement) && document.activeElement.getAttribute('href');
  show(holder, content);
  if (focused) [...holder.querySelectorAll('a[href]')].find((one) => one.getAttribute('href') === focused)?.focus({ preventScroll: true });
}

function letGo() {
  isPressed = false;
  // After the click that this may be the end of.
  setTimeout(() => {
    if (isPressed) return;
    for (const [holder, content] of waiting) draw(holder, content);
    waiting.clear();
  });
}
