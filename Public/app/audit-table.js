// Audit records as rows, wherever they are listed.
import { inTenant } from './api.js';
import { h } from './dom.js';
import { code, decision, time } from './format.js';
import { pagedList } from './list.js';
import { link } from './router.js';

export const place = (one) => (one.connector ? `${one.connector}@${one.environment ?? '?'}` : one.target);

export const auditColumns = (tenant) => [
  {
    head: 'Time',
    class: 'tight',
    cell: (one) => h('a', { href: link([tenant, 'audit', String(one.seq)]) }, time(one.time)),
  },
  { head: 'Event', class: 'tight', cell: (one) => one.event },
  { head: 'Decision', cell: (one) => [decision(one.decision), one.code && [' ', code(one.code)]] },
  {
    head: 'Who',
    cell: (one) => [
      one.sub ?? one.admin ?? one.client_id ?? h('span.muted', one.address ?? 'nobody'),
      one.sub && one.client_id && h('span.below', `via ${one.client_id}`),
    ],
  },
  { head: 'What', cell: (one) => [one.tool ? code(one.tool) : place(one), one.tool && h('span.below', place(one))] },
];

export function auditTable({ tenant, query, signal, empty, limit = 50 }) {
  return pagedList({
    path: inTenant(tenant, 'audit'),
    query,
    signal,
    empty,
    limit,
    columns: auditColumns(tenant),
    caption: 'Audit records',
  });
}
