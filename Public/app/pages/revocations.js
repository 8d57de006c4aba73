// Cutting off: choose what, say why, see how much it ended.
import { inTenant, post } from '../api.js';
import { confirmDialog, noticeDialog } from '../dialog.js';
import { h, show } from '../dom.js';
import { field, form } from '../form.js';
import { code, plural, time } from '../format.js';
import { empty, pagedList } from '../list.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

// What stands in `id` for each.
const DIMENSIONS = {
  actor: ['A person', 'The name they are called by, such as alice'],
  client: ['A client', 'The client that minted'],
  connector: ['A connector', 'In every environment'],
};

export default async function revocations({ tenant, query, signal, redraw }) {
  const columns = [
    { head: 'What', cell: (one) => [h('span.badge', one.dimension), ' ', code(one.id)] },
    { head: 'Why', cell: (one) => one.reason },
    { head: 'By', cell: (one) => one.author },
    { head: 'Time', class: 'tight', cell: (one) => time(one.time) },
  ];
  return frame('Revocations', {
    intro: 'A revocation ends everything minted up to now that matches, at once and for good. What is minted afterwards is not touched.',
  },
    may('revoke', tenant) && cutOff({ tenant, query, redraw }),
    h('section', h('div.section-head', h('h2', 'Made so far')), await pagedList({
      path: inTenant(tenant, 'revocations'), signal, columns, caption: 'Revocations',
      empty: empty(
        'None yet',
        'Tokens expire by themselves within minutes; a revocation is for when that is too long.',
      ),
    })));
}

function cutOff({ tenant, query, redraw }) {
  const hint = h('span');
  const chosen = query.dimension in DIMENSIONS ? query.dimension : 'actor';
  const explain = (dimension) => show(hint, DIMENSIONS[dimension][1]);
  explain(chosen);
  return h('section.card.narrow', h('h2', 'Cut off'), form({ action: 'Revoke…', submit: look },
    h('div.row',
      field({
        label: 'What',
        name: 'dimension',
        type: 'select',
        options: Object.entries(DIMENSIONS).map(([id, [name]]) => [id, name]),
        value: chosen,
        onchange: (event) => explain(event.target.value),
      }),
      field({ label: 'Which', name: 'id', value: query.id ?? '', hint }))));

  async function look(data) {
    const [dimension, id] = [data.get('dimension'), data.get('id').trim()];
    const path = inTenant(tenant, 'revocations');
    const done = await confirmDialog({
      title: `Revoke ${DIMENSIONS[dimension][0].toLowerCase()}: ${id}?`, action: 'Revoke',
      body: [
        h('p', 'It ends every token of it that is good now.'),
        h(
          'p',
          'It counts before it is acknowledged and is not undone. To let someone in again, mint again; to keep them out, withdraw the grant too.',
        ),
        field({ label: 'Reason', name: 'reason', type: 'textarea', rows: 2, hint: 'For the audit' }),
      ],
      submit: (form) => post(path, { dimension, id, reason: form.get('reason').trim() }),
    });
    if (!done) return;
    redraw();
    await noticeDialog({
      title: 'It is in force', body: [
        h(
          'p',
          h('strong', plural(done.revoked_tokens, 'token')),
          ` of ${dimension} `,
          code(done.id),
          ' ended. No verification that starts now says yes to them.',
        ),
        may('read_audit', tenant) && h(
          'p',
          h('a', { href: link([tenant, 'audit'], { event: 'revoke' }) }, 'See it in the audit'),
        ),
      ],
    });
  }
}
