// The identity providers whose tokens prove who a call is for.
import { inTenant } from '../api.js';
import { h } from '../dom.js';
import { code } from '../format.js';
import { empty, pagedList } from '../list.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function issuers({ tenant, signal }) {
  const add = may('change_registry', tenant) && h(
    'a.button.primary',
    { href: link([tenant, 'new-issuer']) },
    'New issuer',
  );
  const columns = [
    {
      head: 'Issuer',
      cell: (one) => [
        h('a', { href: link([tenant, 'issuers', one.id]) }, one.id),
        one.description && h('span.below', one.description),
      ],
    },
    { head: 'Tokens say', cell: (one) => code(one.issuer) },
    { head: 'For', cell: (one) => one.audiences.join(', ') },
    { head: 'Algorithms', class: 'tight', cell: (one) => one.algorithms.join(', ') },
    {
      head: 'Keys',
      cell: (one) => (one.jwks_url ? ['from ', code(one.jwks_url)] : `${one.jwks?.keys?.length ?? 0} registered`),
    },
  ];
  return frame('Issuers', {
    actions: add,
    intro: 'Identity providers. A gateway whose own word does not count brings one of their tokens with each mint.',
  },
    await pagedList({
      path: inTenant(tenant, 'issuers'), signal, columns, caption: 'Issuers',
      empty: empty('No issuers yet', 'Without one, only gateways whose word counts can say who a call is for.', add),
    }));
}
