// The registry's revisions, newest first.
import { inTenant } from '../api.js';
import { h } from '../dom.js';
import { number, time } from '../format.js';
import { empty, pagedList } from '../list.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function history({ tenant, signal }) {
  const columns = [
    {
      head: 'Revision',
      class: 'tight',
      cell: (one) => h('a', { href: link([tenant, 'history', String(one.revision)]) }, String(one.revision)),
    },
    { head: 'Time', class: 'tight', cell: (one) => time(one.time) },
    { head: 'By', cell: (one) => one.author },
    { head: 'What', cell: (one) => one.summary },
    { head: 'Documents', class: 'number', cell: (one) => number(one.changes) },
  ];
  return frame('History', {
    intro: 'Every accepted change of the registry. Open one to see what it changed and to make it so again.',
    actions: may('change_registry', tenant) && h('a.button', { href: link([tenant, 'apply']) }, 'Apply documents'),
  }, await pagedList({
    path: inTenant(tenant, 'revisions'), signal, columns, caption: 'Revisions',
    empty: empty('Nothing registered yet', 'The first accepted change makes revision 1.'),
  }));
}
