// Copying to the clipboard, with a word that it was done.
import { h, show } from './dom.js';
import { icon } from './icons.js';

/** `text` with a button that copies it. */
export const copyable = (text, shown = h('code', text)) => h('span.copyable', shown, copyButton(() => text));

/** A small button; `value` is asked when it is pressed. */
function copyButton(value, label = 'Copy') {
  const button = h(
    'button.copy',
    { type: 'button', 'aria-label': label, title: label, onclick: () => copy(button, value()) },
    icon('copy'),
  );
  return button;
}

/** A button with words on it. */
export function copyTextButton(label, value) {
  const button = h('button', { type: 'button' }, label);
  button.addEventListener('click', async () => {
    show(button, (await put(value())) ? 'Copied' : 'Not copied: select the text instead');
    setTimeout(() => show(button, label), 1600);
  });
  return button;
}

async function copy(button, text) {
  const isDone = await put(text);
  show(button, icon(isDone ? 'check' : 'cross'));
  button.setAttribute('aria-label', isDone ? 'Copied' : 'Not copied');
  setTimeout(() => {
    show(button, icon('copy'));
    button.setAttribute('aria-label', 'Copy');
  }, 1600);
}

// Browsers refuse the clipboard on origins that are neither HTTPS nor this machine.
async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
