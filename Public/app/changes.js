// What a change changes: a plan before it happens, the difference between two revisions after it did.
import { h, show } from './dom.js';
import { number, plural, pretty } from './format.js';

const WORDS = { create: 'added', update: 'changed', delete: 'removed' };

// A large apply changes more than a browser draws in a moment, and more than is fetched without being asked for.
const AT_ONCE = 100;
export const LARGE = 1_000;

/** `changes` of a plan (`fields`) or of a difference (`members` with before and after), some at a time. */
export function changeList(changes) {
  if (changes.length === 0) return h('p.muted', 'Nothing differs.');
  const list = h('ol.diff');
  const foot = h('div.list-foot', { role: 'status' });
  let shown = 0;
  more();
  return h('div', list, changes.length > AT_ONCE && foot);

  function more() {
    list.append(...changes.slice(shown, shown + AT_ONCE).map(change));
    shown = Math.min(changes.length, shown + AT_ONCE);
    show(foot, `${number(shown)} of ${number(changes.length)} shown. `, shown < changes.length && h(
      'button',
      { type: 'button', onclick: more },
      'Show more',
    ));
  }
}

export function summary(changes) {
  const counts = ['create', 'update', 'delete'].map((op) => [op, changes.filter((one) => one.op === op).length]);
  const parts = counts.filter(([, count]) => count > 0).map(([op, count]) => `${count} ${WORDS[op]}`);
  return parts.length ? `${plural(changes.length, 'document')}: ${parts.join(', ')}` : 'nothing changes';
}

function change({ op, kind, name, fields, members }) {
  const isWhole = members?.length === 1 && members[0].pointer === '';
  return h('li',
    h('p.what', h(`span.badge.op-${op}`, WORDS[op] ?? op), h('span', kind), h('strong', name)),
    fields?.length > 0 && h('p.muted', fields.map((one, index) => [index > 0 && ', ', h('code', one)])),
    members && (isWhole ? whole(members[0], op) : memberList(members)));
}

function whole({ before, after }, op) {
  return h('details', h('summary', op === 'delete' ? 'What it was' : 'The whole document'),
    h('pre', { class: op === 'delete' ? 'was' : 'now' }, pretty(after ?? before)));
}

/** What differs inside one document: where, what it was, what it is. */
export const memberList = (members) => h('dl', members.map(member));

function member({ pointer, before, after }) {
  return h('div', h('dt', h('code', pointer)),
    h('dd', before !== undefined && h('pre.was', pretty(before)), after !== undefined && h('pre.now', pretty(after))));
}
