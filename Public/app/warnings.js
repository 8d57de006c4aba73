// What was accepted and perhaps not meant: keywords of a schema that nobody knows, other dialects' spellings.
import { noticeDialog } from './dialog.js';
import { h } from './dom.js';
import { plural } from './format.js';

// Said of nearly every schema, and harmless.
const USUAL = new Set(['$schema']);

/** @returns a list to show, or `null` where there is nothing worth showing. */
export function warningList(warnings = []) {
  const list = warnings.filter((one) => !USUAL.has(one.rule));
  if (list.length === 0) return null;
  return h('div.note.warn', h('strong', plural(list.length, 'warning')), h('ul.plain', list.slice(0, 20).map((one) =>
    h(
      'li',
      `${one.kind} ${one.name} `,
      h('code', one.path),
      ` ${one.message}`,
    ))), list.length > 20 && h('p', `And ${list.length - 20} more.`));
}

/** After something was saved. */
export async function tellWarnings(warnings) {
  const list = warningList(warnings);
  if (list) await noticeDialog({ title: 'Saved, with warnings', body: list });
}
