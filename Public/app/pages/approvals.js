// Calls that wait for a person.
import { inTenant } from '../api.js';
import { h } from '../dom.js';
import { code, time } from '../format.js';
import { empty, pagedList } from '../list.js';
import { link } from '../router.js';
import { frame } from '../shell.js';

const STATES = [['pending', 'Waiting'], ['approved', 'Approved'], ['rejected', 'Rejected'], ['', 'All']];
const CLASS = { pending: 'state-warn', approved: 'state-good', used: 'state-good', rejected: 'state-bad' };
export const stateBadge = (state) => h('span.badge', { class: CLASS[state] }, state);

export default async function approvals({ tenant, query, signal }) {
  const state = query.state ?? 'pending';
  const columns = [
    {
      head: 'Call',
      cell: (one) => [
        h('a', { href: link([tenant, 'approvals', one.id]) }, one.tool),
        h('span.below', `${one.connector}@${one.environment}`),
      ],
    },
    { head: 'For', cell: (one) => [one.actor.sub, h('span.below', `via ${one.client_id}`)] },
    { head: 'Because', cell: (one) => [code(one.cause.code), h('span.below', one.cause.message)] },
    { head: 'Asked', class: 'tight', cell: (one) => time(one.requested_at) },
    {
      head: 'State',
      class: 'tight',
      cell: (one) => [
        stateBadge(one.state),
        one.state === 'pending' && h('span.below', 'until ', time(one.expires_at)),
      ],
    },
  ];
  return frame('Approvals', { intro: 'Calls that a rule sends to a person. Nobody approves their own.' },
    h('nav.tabs', { 'aria-label': 'State' }, STATES.map(([id, name]) =>
      h(
        'a',
        {
          href: link([tenant, 'approvals'], { state: id || 'any' }),
          'aria-current': (state === 'any' ? '' : state) === id && 'page',
        },
        name,
      ))),
    await pagedList({
      path: inTenant(tenant, 'approvals'), query: {
        state: state === 'any' ? '' : state,
      }, signal, columns, caption: 'Approvals',
      empty: state === 'pending' ? empty(
        'Nothing waits',
        'A call comes here where a constraint or a deployment’s rule asks for a person’s word.',
      ) : empty('None', 'No approval is in this state.'),
    }));
}
