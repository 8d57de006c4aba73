// Switching off, until it is switched on again: whatever becomes of the registry or the server meanwhile.
import { inTenant, post } from '../api.js';
import { confirmDialog, noticeDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field, form, Mistake } from '../form.js';
import { plural, time } from '../format.js';
import { empty, pagedList } from '../list.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { named, SWITCHABLE, targetCell, targetFields, TARGETS } from '../targets.js';
import { reason } from './revocations.js';

export default async function disabled({ tenant, query, signal, redraw }) {
  const canSwitch = may('revoke', tenant);
  // A whole tenant is also for those to switch who make tenants.
  const dimensions = canSwitch ? SWITCHABLE : may('create_tenant', tenant) ? ['tenant'] : [];
  const columns = [
    { head: 'What', cell: (one) => targetCell(tenant, one) },
    { head: 'Why', cell: (one) => one.reason },
    { head: 'By', cell: (one) => one.author },
    { head: 'Since', class: 'tight', cell: (one) => time(one.time) },
    ...(dimensions.length ? [{ head: 'Change', class: 'tight', cell: (one) => dimensions.includes(one.dimension) && h(
      'button.small',
      { type: 'button', 'aria-label': `Switch on ${one.dimension} ${one.id}`, onclick: () => switchOn(one) },
      'Switch on',
    ) }] : []),
  ];
  return frame('Switched off', {
    intro: 'What is off is refused everywhere, as disabled, until someone switches it on again. A restart or a change of the registry turns nothing back.',
  },
    dimensions.length > 0 && switchOff({ tenant, dimensions, query, signal, redraw }),
    h('section', h('div.section-head', h('h2', 'Off now')), await pagedList({
      path: inTenant(tenant, 'disabled'), signal, columns, caption: 'Switched off',
      empty: empty('Nothing is off', 'In an incident, a person, a client, a tool or all of it is switched off here, with a reason.'),
    })));

  async function switchOn(one) {
    const isDone = await confirmDialog({
      title: `Switch on ${named(one)}?`, action: 'Switch on', danger: false,
      body: [
        h('p', 'It was switched off by ', h('strong', one.author), ' at ', time(one.time), `: ${one.reason}`),
        h('p', one.dimension === 'tool'
          ? 'Calls of it are let through again at once, with tokens from before too, as long as they are good.'
          : 'It may be used again at once. What was ended stays ended: new tokens have to be minted.'),
        reason(),
      ],
      submit: (data) => post(
        inTenant(tenant, 'enable'),
        { dimension: one.dimension, id: one.id, reason: data.get('reason').trim() },
      ),
    });
    if (isDone) redraw();
  }
}

function switchOff({ tenant, dimensions, query, signal, redraw }) {
  const fields = targetFields({ tenant, dimensions, query, signal, note: 'Refuses' });
  return h('section.card.narrow', h('h2', 'Switch off'), form({ action: 'Switch off…', submit }, fields.element));

  async function submit(data) {
    const chosen = fields.value(data);
    const reached = await blastRadius(tenant, chosen);
    const isAll = chosen.dimension === 'tenant';
    const done = await confirmDialog({
      title: `Switch off ${named(chosen)}?`, action: 'Switch off',
      body: [
        reached !== null && h(
          'p',
          h('strong.blast', plural(reached, 'token')),
          ` that ${reached === 1 ? 'is' : 'are'} good now would end for good.`,
        ),
        h('p', `From then on it refuses ${TARGETS[chosen.dimension].reach}; nothing new is minted, until it is switched on again.`),
        isAll && h('p.note.warn', 'Of its machines only automation clients with the role security act then.'),
        reason(),
        isAll && field({ label: `Type ${tenant} to go on`, name: 'typed' }),
      ],
      submit: (answers) => {
        if (isAll && answers.get('typed') !== tenant) throw new Mistake(`What you typed is not ${tenant}.`);
        return post(inTenant(tenant, 'disable'), { ...chosen, reason: answers.get('reason').trim() });
      },
    });
    if (!done) return;
    redraw();
    await noticeDialog({
      title: 'It is off', body: h(
        'p',
        done.dimension === 'tool' ? 'No call of it is let through.' : [
          h('strong', plural(done.revoked_tokens, 'token')), ' ended, and nothing new is minted.',
        ],
      ),
    });
  }
}

/** How many tokens it would end; `null` for a tool, which has none of its own, and for those who may not count them. */
async function blastRadius(tenant, chosen) {
  if (chosen.dimension === 'tool' || !may('revoke', tenant)) return null;
  return (await post(inTenant(tenant, 'revocations'), chosen, { dry_run: 1 })).revoked_tokens;
}
