// Questions and forms that stand above the page. The browser's own dialog: it keeps the focus inside and closes on Escape.
import { h, show, uniqueID } from './dom.js';
import { problemPanel } from './problem.js';

/** Takes away every dialog, because the page below it is another now. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
}

/**
 * A form in a dialog.
 *
 * `submit` is asked when the form is sent; a problem it throws is shown and the dialog stays.
 * @returns what `submit` returned, or `undefined` where it was cancelled.
 */
export function formDialog({ title, body, action, danger = false, submit, wide = false }) {
  return new Promise((resolve) => {
    const id = uniqueID('dialog');
    const trouble = h('div', { 'aria-live': 'assertive' });
    const confirm = h(danger ? 'button.danger' : 'button.primary', { type: 'submit' }, action);
    let result;
    const dialog = h(wide ? 'dialog.wide' : 'dialog', { 'aria-labelledby': id },
      h('form', { method: 'dialog', onsubmit: send },
        h('h2', { id }, title), h('div.dialog-body', body), trouble,
        h('div.dialog-actions', h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'), confirm)));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    open(dialog);

    async function send(event) {
      event.preventDefault();
      show(trouble);
      confirm.disabled = true;
      try {
        result = (await submit(new FormData(event.target))) ?? true;
        dialog.close();
      } catch (problem) {
        show(trouble, problemPanel(problem));
      } finally {
        confirm.disabled = false;
      }
    }
  });
}

/** Asks before something that cannot be undone. @returns whether it was done. */
export const confirmDialog = (options) => formDialog({ danger: true, ...options });

/** Shows something with nothing to decide. */
export function noticeDialog({ title, body, close = 'Close' }) {
  return new Promise((resolve) => {
    const id = uniqueID('dialog');
    const dialog = h('dialog', { 'aria-labelledby': id, oncancel: () => dialog.remove() },
      h('form', { method: 'dialog', onsubmit: end }, h('h2', { id }, title), h('div.dialog-body', body),
        h('div.dialog-actions', h('button.primary', { type: 'submit' }, close))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve();
    });
    open(dialog);

    // With what it held, and at once, not when the browser gets round to telling that it is closed: a secret is shown once.
    function end(event) {
      event.preventDefault();
      dialog.close();
      dialog.remove();
    }
  });
}

function open(dialog) {
  const opener = document.activeElement;
  dialog.addEventListener('close', () => {
    if (opener?.isConnected) opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
