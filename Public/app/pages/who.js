// Two questions: what can this person do, and who can do this? Answered from what is registered now, as a mint would.
import { all, get, getTagged, inTenant } from '../api.js';
import { h } from '../dom.js';
import { allowed } from '../environments-tab.js';
import { field } from '../form.js';
import { code, effect, plural, scopes, time } from '../format.js';
import { empty, table } from '../list.js';
import { cutOffLinks, offNotice } from '../off-notice.js';
import { go, link } from '../router.js';
import { frame } from '../shell.js';
import { asSubject, isOver } from './grants.js';

export default async function who({ tenant, query, signal }) {
  const question = query.connector && !query.subject ? 'tool' : 'person';
  const answer = query.subject ? await whatCan(
    tenant,
    query,
    signal,
  ) : query.connector ? await whoCan(tenant, query, signal) : null;
  return frame('Who may what', { intro: 'From the grants, deployments and allow-lists that are in force now.' },
    h('div.columns',
      ask('What can this person do?', question === 'person' && query.subject, tenant, ['subject', 'groups'],
        field({
          label: 'Person',
          name: 'subject',
          value: (query.subject ?? '').replace(/^user:/, ''),
          placeholder: 'alice',
          'data-search': true,
        }),
        field({
          label: 'Groups',
          name: 'groups',
          value: query.groups ?? '',
          optional: true,
          placeholder: 'support, billing',
          hint: 'As the gateway or the identity provider names them',
        })),
      ask('Who can do this?', question === 'tool', tenant, ['connector', 'environment', 'tool'],
        h('div.row',
          field({ label: 'Connector', name: 'connector', value: query.subject ? '' : query.connector ?? '' }),
          field({ label: 'Environment', name: 'environment', value: query.environment ?? '' })),
        field({ label: 'Tool', name: 'tool', value: query.tool ?? '', optional: true }))),
    query.subject && offNotice(tenant, (one) => one.dimension === 'actor' && `user:${one.id}` === query.subject, signal),
    answer);
}

function ask(title, isAsked, tenant, names, ...fields) {
  return h(
    'form.card.stack',
    { onsubmit: send },
    h('h2', title),
    fields,
    h('div.form-actions', h(isAsked ? 'button' : 'button', { type: 'submit' }, 'Ask')),
  );

  function send(event) {
    event.preventDefault();
    const data = new FormData(event.target);
    const query = Object.fromEntries(names.map((name) => [name, (data.get(name) ?? '').trim()]));
    go(link([tenant, 'who'], { ...query, subject: query.subject && asSubject(query.subject) }));
  }
}

async function whatCan(tenant, { subject, groups = '' }, signal) {
  const subjects = [
    subject,
    ...groups.split(',').map((one) => one.trim()).filter(Boolean).map(
      (one) => (one.startsWith('group:') ? one : `group:${one}`),
    ),
  ];
  const lists = await Promise.all(subjects.map((one) => all(inTenant(tenant, 'grants'), { subject: one }, signal)));
  const grants = lists.flat();
  const inForce = grants.filter((one) => !isOver(one));
  const rows = await reachable(tenant, inForce, signal);
  const name = subjects.join(' with ');
  if (grants.length === 0) {
    return empty(
      `${name}: nothing`,
      'No grant names them, so every token for them is refused.',
      h('a.button', { href: link([tenant, 'new-grant'], { subject }) }, 'Grant something'),
    );
  }
  return h('section', h(
    'div.section-head',
    h('h2', `${name}: ${plural(rows.length, 'tool')}`),
    h('span.actions', h('span.muted', plural(inForce.length, 'grant'), ' in force'), subject.startsWith('user:')
      && cutOffLinks(tenant, 'actor', subject.slice('user:'.length))),
  ),
    rows.length === 0
      ? empty(
        'Granted, and yet nothing',
        'There are grants, but what they cover is not on an allow-list, or lacks its scopes.',
      )
      : table([
        { head: 'Tool', cell: (row) => [code(row.tool.name), ' ', effect(row.tool.effect)] },
        {
          head: 'At',
          cell: (row) => h(
            'a',
            { href: link([tenant, 'connectors', row.deployment.server], { tab: 'environments' }) },
            `${row.deployment.server}@${row.deployment.environment}`,
          ),
        },
        {
          head: 'By',
          cell: (row) => row.grants.map(
            (one, index) => [index > 0 && ', ', h('a', { href: link([tenant, 'grants', one.id]) }, one.id)],
          ),
        },
        { head: 'Bound by', cell: (row) => limits(row) },
      ], rows, { caption: `What ${name} can do` }));
}

function limits({ grants, deployment, tool }) {
  const own = (deployment.constraints ?? []).filter(
    (one) => one.tool === tool.name,
  ).map((one) => one.when_violated.code);
  const theirs = grants.every(
    (grant) => grant.constraints?.some((one) => one.tool === tool.name),
  ) ? ['the grant’s constraints'] : [];
  const ends = grants.every((grant) => grant.expires_at) ? [
    'ends ',
    time(grants.map((grant) => grant.expires_at).sort().at(-1)),
  ] : [];
  const words = [...own.map((one) => code(one)), ...theirs];
  return words.length || ends.length ? [
    words.map((word, index) => [index > 0 && ', ', word]),
    words.length > 0 && ends.length > 0 && ', ',
    ends,
  ] : h('span.muted', 'the tool’s schema');
}

/** Tool by tool, what the grants of one actor add up to: their scopes together, where one of them names the tool. */
async function reachable(tenant, grants, signal) {
  const places = Map.groupBy(grants, (one) => `${one.connector}@${one.environment}`);
  const rows = await Promise.all([...places].map(async ([name, here]) => {
    const [{ document: deployment }, connector] = await Promise.all([
      getTagged(inTenant(tenant, 'deployments', name), signal), get(
        inTenant(tenant, 'connectors', here[0].connector),
        {},
        signal,
      ),
    ]);
    const list = allowed(deployment, connector);
    return connector.tools.filter((tool) => list.includes(tool.name)).flatMap((tool) => {
      const covering = here.filter((one) => !one.tools || one.tools.includes(tool.name));
      const held = new Set(
        covering.flatMap((one) => one.scopes).filter((scope) => deployment.auth.scopes.includes(scope)),
      );
      const isCovered = covering.length > 0 && (tool.scopes ?? []).every((scope) => held.has(scope));
      return isCovered ? [{ tool, deployment, grants: covering }] : [];
    });
  }));
  return rows.flat();
}

async function whoCan(tenant, { connector, environment, tool }, signal) {
  const found = await all(inTenant(tenant, 'grants'), { connector, environment }, signal);
  const grants = found.filter((one) => !isOver(one) && (!tool || !one.tools || one.tools.includes(tool)));
  const rows = tool && environment ? await covering(
    tenant,
    connector,
    environment,
    tool,
    grants,
    signal,
  ) : { note: null, grants };
  const what = [tool, `${connector}${environment ? `@${environment}` : ''}`].filter(Boolean).join(' at ');
  return h('section', h('div.section-head', h('h2', `${what}: ${plural(rows.grants.length, 'grant')}`)),
    rows.note && h('p.note.warn', rows.note),
    rows.grants.length === 0
      ? empty(
        'Nobody',
        'No grant in force covers it.',
        h('a.button', { href: link([tenant, 'new-grant'], { connector, environment }) }, 'Grant it'),
      )
      : table([
        { head: 'Who', cell: (one) => h('a', { href: link([tenant, 'who'], { subject: one.subject }) }, one.subject) },
        { head: 'By', cell: (one) => h('a', { href: link([tenant, 'grants', one.id]) }, one.id) },
        { head: 'At', cell: (one) => `${one.connector}@${one.environment}` },
        { head: 'Scopes', cell: (one) => scopes(one.scopes) },
        { head: 'Until', cell: (one) => (one.expires_at ? time(one.expires_at) : h('span.muted', 'no end')) },
      ], rows.grants.slice(0, 500), { caption: `Who can do ${what}` }),
    rows.grants.length > 500 && h('p.muted', 'The first 500 are shown.'));
}

async function covering(tenant, connectorName, environment, toolName, grants, signal) {
  const [{ document: deployment }, connector] = await Promise.all([
    getTagged(
      inTenant(tenant, 'deployments', `${connectorName}@${environment}`),
      signal,
    ), get(inTenant(tenant, 'connectors', connectorName), {}, signal),
  ]);
  const tool = connector.tools.find((one) => one.name === toolName);
  if (!tool) return { note: `${connectorName} has no tool ${toolName}.`, grants: [] };
  if (!allowed(deployment, connector).includes(toolName)) return {
    note: 'It is not on the allow-list there: nobody can, whatever is granted.',
    grants: [],
  };
  // Grants of one subject add up, so each is shown that brings one of the scopes the tool needs.
  const needed = tool.scopes ?? [];
  const bySubject = Map.groupBy(grants, (one) => one.subject);
  const enough = new Set(
    [...bySubject].filter(
      ([, own]) => needed.every((scope) => own.some((one) => one.scopes.includes(scope))),
    ).map(([subject]) => subject),
  );
  return { note: null, grants: grants.filter((one) => enough.has(one.subject)) };
}
