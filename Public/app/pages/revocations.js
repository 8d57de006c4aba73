// Cutting off: choose what, see how much it reaches, say why, see that it took effect; and what was cut off so far.
import { inTenant, post } from '../api.js';
import { confirmDialog, noticeDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field, form, Mistake } from '../form.js';
import { code, plural, time } from '../format.js';
import { empty, pagedList } from '../list.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { named, REVOCABLE, SWITCHABLE, targetCell, targetFields } from '../targets.js';

export default async function revocations({ tenant, query, signal, redraw }) {
  const columns = [
    { head: 'What', cell: (one) => targetCell(tenant, one) },
    { head: 'Why', cell: (one) => one.reason },
    { head: 'By', cell: (one) => one.author },
    { head: 'Time', class: 'tight', cell: (one) => time(one.time) },
  ];
  return frame('Revocations', {
    intro: 'A revocation ends everything minted up to now that matches, at once and for good. What is minted afterwards is not touched.',
  },
    may('revoke', tenant) && cutOff({ tenant, query, signal, redraw }),
    h('section', h('div.section-head', h('h2', 'Made so far')), await pagedList({
      path: inTenant(tenant, 'revocations'), signal, columns, caption: 'Revocations',
      empty: empty(
        'None yet',
        'Tokens expire by themselves within minutes; a revocation is for when that is too long.',
      ),
    })));
}

function cutOff({ tenant, query, signal, redraw }) {
  const path = inTenant(tenant, 'revocations');
  const fields = targetFields({ tenant, dimensions: REVOCABLE, query, signal, note: 'Ends' });
  return h('section.card.narrow', h('h2', 'Cut off'), form({ action: 'Revoke…', submit }, fields.element));

  async function submit(data) {
    const chosen = fields.value(data);
    const { revoked_tokens: reached } = await post(path, chosen, { dry_run: 1 });
    const done = await ask(chosen, reached);
    if (!done) return;
    // Asked again, of the server as it is now: what is left is what was minted since.
    const after = await post(path, chosen, { dry_run: 1 }).catch(() => null);
    redraw();
    await tell(done, after);
  }

  function ask(chosen, reached) {
    const isAll = chosen.dimension === 'tenant';
    return confirmDialog({
      title: `Revoke ${named(chosen)}?`, action: 'Revoke',
      body: [
        h('p', h('strong.blast', plural(reached, 'token')), ` that ${reached === 1 ? 'is' : 'are'} good now would end.`),
        reached === 0 && h('p.note', 'Nothing that is good matches now. Is the name as it stands in the audit?'),
        h(
          'p',
          'It counts before it is acknowledged and is not undone. Whoever may still mint gets new tokens: ',
          SWITCHABLE.includes(chosen.dimension)
            ? ['to keep them out, ', h('a', { href: link([tenant, 'disabled'], chosen) }, `switch ${chosen.dimension === 'actor' ? 'them' : 'it'} off`), ' or withdraw the grant.']
            : 'to keep them out, withdraw the grant.',
        ),
        reason(),
        isAll && field({ label: `Type ${tenant} to go on`, name: 'typed' }),
      ],
      submit: (answers) => {
        if (isAll && answers.get('typed') !== tenant) throw new Mistake(`What you typed is not ${tenant}.`);
        return post(path, { ...chosen, reason: answers.get('reason').trim() });
      },
    });
  }

  function tell(done, after) {
    return noticeDialog({
      title: 'It is in force', body: [
        h(
          'p',
          h('strong', plural(done.revoked_tokens, 'token')),
          ` of ${done.dimension} `,
          code(done.id),
          ' ended. No verification that starts now says yes to them.',
        ),
        after && h('p', after.revoked_tokens === 0
          ? 'Asked again, the server finds none that is still good.'
          : `Since then ${plural(after.revoked_tokens, 'new one was', 'new ones were')} minted.`),
        may('read_audit', tenant) && h(
          'p',
          h('a', { href: link([tenant, 'audit'], { event: 'revoke' }) }, 'See it in the audit'),
        ),
      ],
    });
  }
}

/** The field for why; it stands in the list and in the audit. */
export const reason = () => field({
  label: 'Reason', name: 'reason', type: 'textarea', rows: 2, maxlength: 4096, hint: 'For the audit',
});
