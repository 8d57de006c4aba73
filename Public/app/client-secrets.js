// The secrets of one client: when each was made, last used and ends; making another and ending one.
import { get, post, remove } from './api.js';
import { confirmDialog, formDialog } from './dialog.js';
import { h } from './dom.js';
import { field } from './form.js';
import { code, time } from './format.js';
import { table } from './list.js';
import { showSecrets } from './secret.js';

const DAY = 86_400;
const LIVES = [['', 'until somebody ends it'], [DAY, 'a day'], [7 * DAY, 'a week'], [90 * DAY, '90 days'], [365 * DAY, 'a year']];
const SOON_MILLISECONDS = 14 * DAY * 1000;

export async function clientSecrets({ path, name, signal, redraw }) {
  const { items } = await get(path('secrets'), {}, signal);
  const columns = [
    { head: 'Secret', cell: (one) => code(one.name) },
    { head: 'Made', cell: (one) => time(one.created_at) },
    { head: 'Last used', cell: (one) => (one.last_used_at ? time(one.last_used_at) : h('span.muted', 'never')) },
    { head: 'Ends', cell: (one) => (one.expires_at ? end(one.expires_at) : h('span.muted', 'no end')) },
    {
      head: 'End it',
      class: 'tight',
      cell: (one) => h(
        'button.small.danger-quiet',
        { type: 'button', 'aria-label': `End the secret ${one.name}`, onclick: () => drop(one) },
        'End',
      ),
    },
  ];
  return h('section', h(
    'div.section-head',
    h('h2', 'Secrets'),
    h('button', { type: 'button', onclick: issue, disabled: items.length >= 2 }, 'Make another'),
  ),
    items.length ? table(columns, items, { caption: 'Secrets' }) : h('p.note.warn', 'It has none: it cannot sign in.'),
    h(
      'p.hint',
      'Two can live at a time: make the second, give it to the machine, end the first. Only digests are kept here.',
    ));

  async function issue() {
    const done = await formDialog({
      title: `Another secret for ${name}?`, action: 'Make it',
      body: [
        h('p', 'It is shown once. The one there is stays good until you end it.'),
        field({ label: 'It lives', name: 'life', type: 'select', options: LIVES, value: '', optional: true }),
      ],
      submit: (data) => post(path('secrets'), data.get('life') ? { expires_in_seconds: Number(data.get('life')) } : undefined),
    });
    if (!done) return;
    await showSecrets({ [name]: done.secret });
    redraw();
  }

  async function drop(one) {
    const isDone = await confirmDialog({
      title: `End the secret ${one.name}?`, action: 'End it',
      body: [
        h(
          'p',
          items.length < 2 ? `It is the only one: ${name} cannot sign in from then on.` : 'A machine that still uses it is refused from then on.',
        ),
        h('p.muted', 'Last used: ', one.last_used_at ? time(one.last_used_at) : 'never', '.'),
      ],
      submit: () => remove(path('secrets', one.name)),
    });
    if (isDone) redraw();
  }
}

function end(text) {
  const left = Date.parse(text) - Date.now();
  return [time(text), left < SOON_MILLISECONDS && [' ', h('span.badge.state-warn', left > 0 ? 'soon' : 'over')]];
}
