// Upstream credentials of the tenant: what servers reach their own backends with.
import { inTenant } from '../api.js';
import { credentialColumns } from '../credential-table.js';
import { h } from '../dom.js';
import { empty, pagedList } from '../list.js';
import { link } from '../router.js';
import { frame } from '../shell.js';

export default async function credentials({ tenant, signal }) {
  const add = h('a.button.primary', { href: link([tenant, 'new-credential']) }, 'New credential');
  return frame('Upstream credentials', {
    actions: add,
    intro: 'What MCP servers reach their own backends with. They lie here sealed, and are given to a server for one call.',
  },
  await pagedList({
    path: inTenant(tenant, 'credentials'), signal, columns: credentialColumns(tenant), caption: 'Upstream credentials',
    empty: empty(
      'No upstream credentials yet',
      'A server may keep what it reaches its backend with by itself. Kept here instead, it is given call by call, on record, and ended in one place.',
      add,
    ),
  }));
}
