// One's own sessions and password.
import { get, post, remove } from '../api.js';
import { confirmDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field, form, Mistake } from '../form.js';
import { time } from '../format.js';
import { table } from '../list.js';
import { session } from '../session.js';
import { frame } from '../shell.js';

export default async function account({ signal, redraw }) {
  const { account: me } = session();
  const { items } = await get('/v1/sessions', {}, signal);
  return frame(me.display_name ?? me.username, {
    intro: `${me.username} of ${me.tenant}: ${me.roles.map((role) => role.replaceAll('_', ' ')).join(', ') || 'no role'}`,
  },
    h('section', h('div.section-head', h('h2', 'Where you are signed in')), sessionTable(items, redraw)),
    h('section.card.narrow', h('h2', 'Change the password'), passwordForm(me, redraw)));
}

function sessionTable(items, redraw) {
  return table([
    {
      head: 'From',
      cell: (one) => [
        one.address ?? 'unknown',
        one.is_current && [' ', h('span.badge.state-good', 'this one')],
        one.user_agent && h('span.below', one.user_agent),
      ],
    },
    { head: 'Signed in', class: 'tight', cell: (one) => time(one.created_at) },
    { head: 'Last used', class: 'tight', cell: (one) => time(one.last_used_at) },
    { head: 'Ends', class: 'tight', cell: (one) => time(one.expires_at) },
    {
      head: 'End it',
      class: 'tight',
      cell: (one) => !one.is_current && h(
        'button.small.danger-quiet',
        { type: 'button', 'aria-label': `End the session from ${one.address ?? 'unknown'}`, onclick: () => end(one) },
        'End',
      ),
    },
  ], items, { caption: 'Your sessions' });

  async function end(one) {
    const isDone = await confirmDialog({
      title: 'End this session?', action: 'End it', body: h(
        'p',
        `The browser at ${one.address ?? 'an unknown address'} has to sign in again.`,
      ),
      submit: () => remove(`/v1/sessions/${encodeURIComponent(one.id)}`),
    });
    if (isDone) redraw();
  }
}

function passwordForm(me, redraw) {
  return form({ action: 'Change it', submit },
    // For password managers, which want to know whose it is.
    h('input', { type: 'text', autocomplete: 'username', value: me.username, hidden: true }),
    field({ label: 'Present password', name: 'current', type: 'password', autocomplete: 'current-password' }),
    field({
      label: 'New password',
      name: 'new',
      type: 'password',
      autocomplete: 'new-password',
      hint: 'Long beats complicated: a few words that do not belong together. Other sessions of yours end.',
    }),
    field({ label: 'New password again', name: 'again', type: 'password', autocomplete: 'new-password' }));

  async function submit(data, element) {
    if (data.get('new') !== data.get('again')) throw new Mistake('The two new passwords differ.');
    await post('/v1/session/password', { current: data.get('current'), new: data.get('new') });
    element.reset();
    redraw();
  }
}
