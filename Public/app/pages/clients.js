// The machines that talk to Hallpass.
import { inTenant } from '../api.js';
import { h } from '../dom.js';
import { empty, pagedList, searchableList } from '../list.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

const TYPES = { gateway: 'gateway', mcp_server: 'MCP server', automation: 'automation' };
export const typeName = (type) => TYPES[type] ?? type;

export default async function clients({ tenant, query, signal }) {
  const add = may('change_registry', tenant) && h(
    'a.button.primary',
    { href: link([tenant, 'new-client']) },
    'New client',
  );
  const columns = [
    {
      head: 'Client',
      cell: (one) => [
        h('a', { href: link([tenant, 'clients', one.id]) }, one.id),
        one.description && h('span.below', one.description),
      ],
    },
    { head: 'Type', class: 'tight', cell: (one) => h('span.badge', typeName(one.type)) },
    { head: 'May', cell: what },
  ];
  const list = (text) => pagedList({
    path: inTenant(tenant, 'clients'), query: { q: text }, signal, columns, caption: 'Clients',
    empty: text ? empty('Nothing by that name', `No client’s name has “${text}” in it.`)
      : empty(
        'No clients yet',
        'A gateway asks for tokens, an MCP server has them verified. Each has a secret of its own.',
        add,
      ),
  });
  return frame('Clients', {
    actions: add,
    intro: 'The machines that talk to this broker, each with secrets of its own.',
  },
    await searchableList({
      segments: [tenant, 'clients'],
      query,
      label: 'Search clients by name',
      placeholder: 'Search by name',
      list,
    }));
}

export function what(client) {
  switch (client.type) {
    case 'gateway': return client.assert_actors ? 'mint, and say who the actor is' : 'mint';
    case 'mcp_server': return ['verify for ', (client.deployments ?? []).join(', ') || 'nothing'];
    default: return (client.roles ?? []).map((role) => role.replaceAll('_', ' ')).join(', ');
  }
}
