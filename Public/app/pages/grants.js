// Who may do what: every grant, narrowed by person, group, connector and environment.
import { inTenant } from '../api.js';
import { h } from '../dom.js';
import { field } from '../form.js';
import { code, scopes, time } from '../format.js';
import { empty, pagedList } from '../list.js';
import { go, link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function grants({ tenant, query, signal }) {
  const { q, subject, connector, environment } = query;
  const add = may('change_registry', tenant) && h(
    'a.button.primary',
    { href: link([tenant, 'new-grant'], { subject, connector, environment }) },
    'New grant',
  );
  const isNarrowed = Boolean(q || subject || connector || environment);
  return frame('Grants', {
    actions: add,
    intro: 'No grant means no. What is granted still has to be in the deployment’s scopes and on its allow-list.',
  },
    filters(tenant, query),
    await pagedList({
      path: inTenant(tenant, 'grants'), query: {
        q,
        subject,
        connector,
        environment,
      }, signal, columns: grantColumns(tenant), caption: 'Grants',
      empty: isNarrowed
        ? empty(
          'No such grant',
          'Nothing is granted that fits what you asked for.',
          h('a.button', { href: link([tenant, 'grants']) }, 'Show all grants'),
          add,
        )
        : empty('No grants yet', 'Until someone is granted something, every token is refused to everyone.', add),
    }));
}

const grantColumns = (tenant) => [
  { head: 'Grant', cell: (one) => h('a', { href: link([tenant, 'grants', one.id]) }, one.id) },
  { head: 'For', cell: (one) => subjectLink(tenant, one.subject) },
  { head: 'At', cell: (one) => `${one.connector}@${one.environment}` },
  {
    head: 'Tools',
    cell: (one) => (
      one.tools ? one.tools.map(
        (tool, index) => [index > 0 && ', ', code(tool)],
      ) : h('span.muted', 'all its scopes cover')
    ),
  },
  {
    head: 'Scopes',
    cell: (one) => [scopes(one.scopes), one.constraints?.length > 0 && [' ', h('span.badge', 'constrained')]],
  },
  {
    head: 'Until',
    class: 'tight',
    cell: (one) => (
      one.expires_at ? [
        time(one.expires_at),
        isOver(one) && [' ', h('span.badge.state-bad', 'over')],
      ] : h('span.muted', 'no end')
    ),
  },
];

export const isOver = (grant) => grant.expires_at !== undefined && Date.parse(grant.expires_at) <= Date.now();

const subjectLink = (tenant, subject) => h('a', { href: link([tenant, 'who'], { subject }) }, subject);

function filters(tenant, query) {
  return h('form.filters', { role: 'search', onsubmit: send },
    field({
      label: 'Person or group',
      name: 'subject',
      value: query.subject ?? '',
      optional: true,
      placeholder: 'user:alice',
      'data-search': true,
    }),
    field({ label: 'Connector', name: 'connector', value: query.connector ?? '', optional: true }),
    field({ label: 'Environment', name: 'environment', value: query.environment ?? '', optional: true }),
    field({ label: 'Name of the grant', name: 'q', value: query.q ?? '', optional: true }),
    h('div.form-actions', h('button', { type: 'submit' }, 'Filter'),
      Object.values(query).some(Boolean) && h('a.button.quiet', { href: link([tenant, 'grants']) }, 'Clear')));

  function send(event) {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
    go(link([tenant, 'grants'], { ...values, subject: asSubject(values.subject) }));
  }
}

/** A bare name is a person's. */
export const asSubject = (text) => (!text || /^(user|group):/.test(text) ? text : `user:${text}`);
