// A field that offers the names there are while one types. What it offers is a help and no more: anything can be typed.
import { get } from './api.js';
import { h, show, uniqueID } from './dom.js';
import { field } from './form.js';

const OFFERED = 20;
const PAUSE_MILLISECONDS = 150;

/** @param names `(text, signal) => Promise<string[]>`, asked when the field is entered and after each pause in typing. */
export function suggestedField({ names, signal, ...options }) {
  const list = h('datalist', { id: uniqueID('names') });
  let timer;
  let latest = 0;
  const element = field({ ...options, list: list.id, onfocus: offer, oninput: later });
  element.append(list);
  return element;

  function later(event) {
    clearTimeout(timer);
    timer = setTimeout(() => offer(event), PAUSE_MILLISECONDS);
  }

  async function offer({ target }) {
    const turn = (latest += 1);
    try {
      const found = await names(target.value.trim(), signal);
      if (turn === latest) show(list, found.map((value) => h('option', { value })));
    } catch {
      // Nothing is offered then. What was typed is checked by the server when it is sent.
    }
  }
}

/** The names in a list of the registry that have the text in them. */
export const namesOf = (path) => async (text, signal) => {
  const { items } = await get(path, { q: text, limit: OFFERED }, signal);
  return items.map((one) => one.id);
};
