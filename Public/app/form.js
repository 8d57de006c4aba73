// Fields with a label, a hint and a name; and the texts that people type for lists and JSON.
import { h, show, uniqueID } from './dom.js';
import { problemPanel } from './problem.js';

/** One labelled field. `type`: any input type, `textarea`, `select` (with `options`), `json`. */
export function field({ label, hint, type = 'text', options, value = '', optional = false, ...rest }) {
  const id = uniqueID('field');
  const hintID = hint && `${id}-hint`;
  const attributes = {
    id,
    'aria-describedby': hintID,
    autocomplete: 'off',
    spellcheck: 'false',
    required: !optional,
    ...rest,
  };
  return h('div.field',
    h('label', { for: id }, label, optional && h('span.optional', ' optional')),
    control(type, attributes, options, value),
    hint && h('p.hint', { id: hintID }, hint));
}

function control(type, attributes, options, value) {
  switch (type) {
    case 'select':
      return h('select', attributes, options.map((option) => {
        const [id, name] = Array.isArray(option) ? option : [option, option];
        return h('option', { value: id, selected: id === value }, name);
      }));
    case 'textarea': return h('textarea', { rows: 3, ...attributes, value });
    case 'json': return h('textarea.mono', { rows: 10, ...attributes, value });
    default: return h('input', { type, ...attributes, value });
  }
}

export function checkbox({ label, hint, ...rest }) {
  const id = uniqueID('check');
  return h('div.field.check', h('input', { type: 'checkbox', id, 'aria-describedby': hint && `${id}-hint`, ...rest }),
    h('label', { for: id }, label), hint && h('p.hint', { id: `${id}-hint` }, hint));
}

/**
 * A form on the page. `submit` is given its data; a problem it throws is shown above the button and heard.
 */
export function form({ action, submit, cancel, danger = false }, ...content) {
  const trouble = h('div', { 'aria-live': 'assertive' });
  const button = h(danger ? 'button.danger' : 'button.primary', { type: 'submit' }, action);
  return h('form.stack', { onsubmit: send }, content, trouble,
    h('div.form-actions', button, cancel && h('a.button', { href: cancel }, 'Cancel')));

  async function send(event) {
    event.preventDefault();
    show(trouble);
    button.disabled = true;
    try {
      await submit(new FormData(event.target), event.target);
    } catch (problem) {
      show(trouble, problemPanel(problem));
      trouble.scrollIntoView({ block: 'nearest' });
    } finally {
      button.disabled = false;
    }
  }
}

/** `a b, c` → `['a', 'b', 'c']` */
export const words = (text) => (text ?? '').split(/[\s,]+/).filter(Boolean);

/** A mistake in what was typed, said like the server says one. */
export class Mistake extends Error {
  constructor(message) {
    super(message);
    this.code = 'not_sent';
  }
}

/** @throws {Mistake} naming the field and where the text stops being JSON. */
export function parseJSON(text, label) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Mistake(`${label} is not JSON: ${error.message}`);
  }
}

/** Without the members that say nothing. */
export function compact(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ''));
}
