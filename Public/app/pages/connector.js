// One connector: its tools, where they are allowed, what changed, what it reaches its backend with, what was called.
import { getTagged, inTenant, pages, remove } from '../api.js';
import { auditTable } from '../audit-table.js';
import { historyTab } from '../connector-history.js';
import { copyable } from '../copy.js';
import { credentialColumns } from '../credential-table.js';
import { confirmDialog } from '../dialog.js';
import { h } from '../dom.js';
import { environmentsTab } from '../environments-tab.js';
import { checkbox } from '../form.js';
import { code, effect, scopes } from '../format.js';
import { empty, table } from '../list.js';
import { compareForm } from '../observed-tools.js';
import { cutOffLinks, offNotice } from '../off-notice.js';
import { quarantineList } from '../quarantine-list.js';
import { go, link } from '../router.js';
import { schemaView } from '../schema.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

// By the id in the address: its name, what it needs beyond seeing the registry, what draws it.
const TABS = {
  tools: ['Tools', null, toolsTab],
  environments: ['Environments', null, environmentsTab],
  drift: ['Drift', null, driftTab],
  credentials: ['Credentials', 'manage_credentials', credentialsTab],
  history: ['History', null, historyTab],
  activity: ['Activity', 'read_audit', activityTab],
};

export default async function connector({ tenant, name, query, signal, redraw }) {
  const { document: registered, tag } = await getTagged(inTenant(tenant, 'connectors', name), signal);
  const page = { tenant, name, registered, tag, signal, redraw, canChange: may('change_registry', tenant) };
  const tabs = Object.entries(TABS).filter(([, [, needs]]) => !needs || may(needs, tenant));
  const [tab, [, , content]] = tabs.find(([id]) => id === query.tab) ?? tabs[0];
  return frame(name, {
    trail: h(
      'a',
      { href: link([tenant, 'connectors']) },
      'Connectors',
    ), intro: registered.description, actions: [cutOffLinks(tenant, 'connector', name), actions(page)],
  },
  offNotice(tenant, (one) => concerns(one, name), signal),
  h('dl.facts', { class: 'head-facts' },
    h('dt', 'Resource'), h('dd', copyable(registered.resource)),
    registered.owner && [h('dt', 'Owner'), h('dd', registered.owner)]),
  h('nav.tabs', { 'aria-label': 'Parts of this connector' }, tabs.map(([id, [text]]) =>
    h(
      'a',
      {
        href: link([tenant, 'connectors', name], { tab: id === 'tools' ? '' : id }),
        'aria-current': id === tab && 'page',
      },
      text,
    ))),
  await content(page));
}

/** The connector itself, or a part of it. */
const concerns = ({ dimension, id }, name) => (
  { connector: id === name, deployment: id.startsWith(`${name}@`), tool: id.startsWith(`${name}/`) }[dimension] ?? false
);

function actions({ tenant, name, tag, canChange }) {
  if (!canChange) return null;
  return [
    h('a.button', { href: link([tenant, 'connectors', name, 'edit']) }, 'Edit'),
    h('button.danger-quiet', { type: 'button', onclick: () => removeConnector(tenant, name, tag) }, 'Remove'),
  ];
}

async function removeConnector(tenant, name) {
  const isGone = await confirmDialog({
    title: `Remove the connector ${name}?`, action: 'Remove',
    body: [
      h(
        'p',
        'Every token for it is refused from then on. The revision before stays in the history and can be restored.',
      ),
      checkbox({
        name: 'cascade',
        label: 'Also remove its deployments, its grants and the clients that own nothing else',
        hint: 'Without this it is refused as long as anything names the connector.',
      }),
    ],
    submit: (data) => remove(inTenant(tenant, 'connectors', name), { cascade: data.has('cascade') && 1 }),
  });
  if (isGone) go(link([tenant, 'connectors']));
}

// Tools

function toolsTab({ tenant, name, registered, canChange }) {
  if (registered.tools.length === 0) {
    return empty('No tools yet', 'Nothing can be called at this connector before its tools are registered.',
      canChange && h('a.button.primary', { href: link([tenant, 'connectors', name, 'edit']) }, 'Add tools'));
  }
  return h('div.tools', registered.tools.map((tool) => h('details.tool',
    h('summary', h('strong', code(tool.name)), effect(tool.effect), tool.approval === 'required' && h('span.badge.state-warn', 'needs approval'), tool.idempotent && h(
      'span.badge',
      { title: 'Acting twice does no more than acting once' },
      'idempotent',
    ),
      h('span.about', tool.description ?? ''), scopes(tool.scopes)),
    h('div.tool-body', schemaView(tool.input_schema)))));
}

// Drift: whether the server still shows what is registered

async function driftTab({ tenant, name, registered, signal, redraw }) {
  return [
    h('section', h('div.section-head', h('h2', 'In quarantine')), await quarantineList({ tenant, connector: name, signal, redraw })),
    may('observe_tools', tenant) && compareForm({ tenant, connector: registered, redraw }),
  ];
}

// Credentials: what its server reaches its own backend with

async function credentialsTab({ tenant, name, signal }) {
  const found = [];
  // The list knows no connector to narrow by.
  for await (const items of pages(inTenant(tenant, 'credentials'), {}, signal)) {
    found.push(...items.filter((one) => one.connector === name));
  }
  const add = h('a.button', { href: link([tenant, 'new-credential'], { connector: name }) }, 'New credential');
  if (found.length === 0) {
    return empty('No upstream credentials here', 'Its server brings what it reaches its backend with by itself, or needs nothing.', add);
  }
  return h('section', h('div.section-head', h('h2', 'Upstream credentials'), add),
    table(credentialColumns(tenant), found.slice(0, 500), { caption: `Upstream credentials of ${name}` }),
    found.length > 500 && h('p.list-foot', 'The first 500 are shown.'));
}

// Activity

function activityTab({ tenant, name, signal }) {
  return auditTable({
    tenant, signal, query: { connector: name }, limit: 25,
    empty: empty('Nothing on record', 'No token was asked for and no call was verified at this connector yet.'),
  });
}
