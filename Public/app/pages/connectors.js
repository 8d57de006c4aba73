// All connectors of a tenant.
import { get, inTenant } from '../api.js';
import { h, show } from '../dom.js';
import { code, effect } from '../format.js';
import { empty, pagedList, searchableList } from '../list.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function connectors({ tenant, query, signal }) {
  // Asked beside the list, which does not wait for it.
  const places = deployedIn(tenant, signal);
  // Told in each row, and nowhere where there is none.
  places.catch(() => {});
  const canChange = may('change_registry', tenant);
  const add = canChange && h('a.button.primary', { href: link([tenant, 'new-connector']) }, 'New connector');
  const columns = [
    {
      head: 'Connector',
      cell: (one) => [
        h('a', { href: link([tenant, 'connectors', one.id]) }, one.id),
        one.description && h('span.below', one.description),
      ],
    },
    { head: 'Tools', cell: (one) => toolCounts(one.tools) },
    { head: 'Deployed in', cell: (one) => deployments(places, one.id) },
    { head: 'Resource', cell: (one) => code(one.resource) },
    { head: 'Owner', cell: (one) => one.owner },
  ];
  const list = (text) => pagedList({
    path: inTenant(tenant, 'connectors'), query: { q: text }, signal, columns, caption: 'Connectors',
    empty: text
      ? empty('Nothing by that name', `No connector's name has “${text}” in it.`)
      : empty(
        'No connectors yet',
        'A connector is one MCP server with its tools. Register the first one, or apply a folder of documents with the hallpass command.',
        add,
      ),
  });
  return frame('Connectors', { actions: add, intro: 'The MCP servers of this tenant, and what their tools do.' },
    await searchableList({
      segments: [tenant, 'connectors'],
      query,
      label: 'Search connectors by name',
      placeholder: 'Search by name',
      list,
    }));
}

/** Where each connector runs; `null` where there are more deployments than one page of them, because then half would be told. */
async function deployedIn(tenant, signal) {
  const { items, next_cursor: isPartial } = await get(inTenant(tenant, 'deployments'), { limit: 500 }, signal);
  return isPartial ? null : Map.groupBy(items, (one) => one.server);
}

function deployments(places, id) {
  const holder = h('span.chips');
  places.then(
    (known) => show(holder, environments(known, id)),
    (problem) => problem.name !== 'AbortError' && show(holder, h('span.muted', 'not known')),
  );
  return holder;
}

function environments(known, id) {
  if (known === null) return h('span.muted', 'open it to see');
  const names = known.get(id)?.map((one) => one.environment);
  return names ? names.map((name) => h('span.chip', name)) : h('span.muted', 'nowhere');
}

function toolCounts(tools) {
  const counts = ['read', 'write', 'destructive'].map(
    (kind) => [kind, tools.filter((tool) => tool.effect === kind).length],
  );
  const present = counts.filter(([, count]) => count > 0);
  return present.length ? h(
    'span.chips',
    present.map(([kind, count]) => effect(kind, `${count} ${kind}`)),
  ) : h('span.muted', 'none');
}
