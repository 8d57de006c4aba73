// One client: what it may, its secrets, its end.
import { all, get, getTagged, inTenant, post, put, remove } from '../api.js';
import { confirmDialog } from '../dialog.js';
import { h } from '../dom.js';
import { checkbox, compact, field, form, parseJSON, words } from '../form.js';
import { code, pretty, time } from '../format.js';
import { table } from '../list.js';
import { go, link } from '../router.js';
import { showSecrets } from '../secret.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { typeName, what } from './clients.js';

const ROLES = ['tenant_admin', 'security', 'auditor', 'viewer'];
const FIELDS = ['kind', 'id', 'type', 'description', 'assert_actors', 'deployments', 'roles'];

export default async function client({ tenant, name, query, signal, redraw }) {
  if (name === undefined) return newClient({ tenant, type: query.type, signal });
  const path = (...rest) => inTenant(tenant, 'clients', name, ...rest);
  const { document: registered, tag } = await getTagged(path(), signal);
  const canChange = may('change_registry', tenant);
  const isEditing = query.edit === '1' && canChange;
  return frame(name, {
    trail: h('a', { href: link([tenant, 'clients']) }, 'Clients'), intro: registered.description,
    actions: canChange && !isEditing && [
      h('a.button', { href: link([tenant, 'clients', name], { edit: 1 }) }, 'Edit'),
      h('button.danger-quiet', { type: 'button', onclick: drop }, 'Remove'),
    ],
  },
  isEditing
    ? await clientForm({ tenant, registered, tag, signal })
    : [
      h('section.card', h('h2', 'What it is'), h('dl.facts',
        h('dt', 'Type'), h('dd', typeName(registered.type)), h('dt', 'May'), h('dd', what(registered)),
        Object.entries(registered).filter(([key]) => !FIELDS.includes(key)).map(
          ([key, value]) => [
            h('dt', key.replaceAll('_', ' ')),
            h('dd', code(typeof value === 'object' ? JSON.stringify(value) : String(value))),
          ],
        ))),
      may('manage_client_secrets', tenant) && await secrets({ path, name, signal, redraw }),
      registered.type === 'gateway' && may('revoke', tenant) && h(
        'p',
        h('a', { href: link([tenant, 'revocations'], { dimension: 'client', id: name }) }, 'Revoke what it minted'),
      ),
    ]);

  async function drop() {
    const isGone = await confirmDialog({
      title: `Remove the client ${name}?`, action: 'Remove',
      body: h('p', 'Its secrets end at once. Tokens that it minted are refused from then on.'),
      submit: () => remove(path()),
    });
    if (isGone) go(link([tenant, 'clients']));
  }
}

async function secrets({ path, name, signal, redraw }) {
  const { items } = await get(path('secrets'), {}, signal);
  const columns = [
    { head: 'Secret', cell: (one) => code(one.name) },
    { head: 'Made', cell: (one) => time(one.created_at) },
    ...(
      items.some((one) => 'last_used_at' in one) ? [
        { head: 'Last used', cell: (one) => (one.last_used_at ? time(one.last_used_at) : h('span.muted', 'never')) },
      ] : []
    ),
    ...(
      items.some((one) => 'expires_at' in one) ? [
        { head: 'Ends', cell: (one) => (one.expires_at ? time(one.expires_at) : h('span.muted', 'no end')) },
      ] : []
    ),
    {
      head: 'End it',
      class: 'tight',
      cell: (one) => h(
        'button.small.danger-quiet',
        { type: 'button', 'aria-label': `End the secret ${one.name}`, onclick: () => end(one) },
        'End',
      ),
    },
  ];
  return h('section', h(
    'div.section-head',
    h('h2', 'Secrets'),
    h('button', { type: 'button', onclick: issue, disabled: items.length >= 2 }, 'Make another'),
  ),
    items.length ? table(columns, items, { caption: 'Secrets' }) : h('p.note.warn', 'It has none: it cannot sign in.'),
    h(
      'p.hint',
      'Two can live at a time: make the second, give it to the machine, end the first. Only digests are kept here.',
    ));

  async function issue() {
    const done = await confirmDialog({
      title: `Another secret for ${name}?`, action: 'Make it', danger: false, body: h(
        'p',
        'It is shown once. The one there is stays good until you end it.',
      ), submit: () => post(path('secrets')),
    });
    if (!done) return;
    await showSecrets({ [name]: done.secret });
    redraw();
  }

  async function end(one) {
    const isDone = await confirmDialog({
      title: `End the secret ${one.name}?`, action: 'End it',
      body: h(
        'p',
        items.length < 2 ? `It is the only one: ${name} cannot sign in from then on.` : `A machine that still uses it is refused from then on.`,
      ),
      submit: () => remove(path('secrets', one.name)),
    });
    if (isDone) redraw();
  }
}

async function newClient({ tenant, type = 'gateway', signal }) {
  return frame('New client', {
    trail: h('a', { href: link([tenant, 'clients']) }, 'Clients'),
    intro: 'Its secret is made with it and shown once.',
  },
    h('nav.tabs', { 'aria-label': 'Type' }, Object.entries({
      gateway: 'Gateway',
      mcp_server: 'MCP server',
      automation: 'Automation',
    }).map(([id, text]) =>
      h('a', { href: link([tenant, 'new-client'], { type: id }), 'aria-current': id === type && 'page' }, text))),
    await clientForm({ tenant, registered: { type }, tag: null, signal }));
}

async function clientForm({ tenant, registered, tag, signal }) {
  const isNew = tag === null;
  const { type } = registered;
  const deployments = type === 'mcp_server' ? await all(inTenant(tenant, 'deployments'), {}, signal) : [];
  const rest = Object.fromEntries(Object.entries(registered).filter(([key]) => !FIELDS.includes(key)));
  return form({
    action: isNew ? 'Make it' : 'Save',
    cancel: link(isNew ? [tenant, 'clients'] : [tenant, 'clients', registered.id]),
    submit,
  },
    h('section.card.stack',
      isNew && field({ label: 'Name', name: 'id', hint: 'a-z 0-9 - _ . such as support-gateway', maxlength: 64 }),
      field({ label: 'Description', name: 'description', value: registered.description ?? '', optional: true }),
      type === 'gateway' && checkbox({
        label: 'Its word on who the actor is counts',
        name: 'assert_actors',
        checked: registered.assert_actors ?? false,
        hint: 'Without this it has to bring a proof with each mint.',
      }),
      type === 'mcp_server' && deploymentChoice(deployments, registered.deployments ?? []),
      type === 'automation' && h('fieldset', h(
        'legend.legend',
        'Roles',
      ), h('div.choices', [...new Set([...ROLES, ...(registered.roles ?? [])])].map((role) =>
        checkbox({
          label: role.replaceAll('_', ' '),
          name: 'roles',
          value: role,
          checked: registered.roles?.includes(role) ?? false,
        })))),
      !isNew && Object.keys(rest).length > 0 && field({
        label: 'Other members',
        name: 'rest',
        type: 'json',
        rows: 4,
        value: pretty(rest),
        optional: true,
      })));

  async function submit(data) {
    const document = compact({
      ...(data.get('rest') ? parseJSON(data.get('rest'), 'Other members') : {}),
      kind: 'Client', id: registered.id ?? data.get('id').trim(), type, description: data.get('description').trim(),
      assert_actors: type === 'gateway' ? data.has('assert_actors') : undefined,
      deployments: type === 'mcp_server' ? [...data.getAll('deployments'), ...words(data.get('more'))] : undefined,
      roles: type === 'automation' ? data.getAll('roles') : undefined,
    });
    const answer = await put(inTenant(tenant, 'clients', document.id), document, tag);
    if (answer.secret) await showSecrets({ [document.id]: answer.secret });
    go(link([tenant, 'clients', document.id]));
  }
}

// A handful is ticked; more than that is typed.
function deploymentChoice(deployments, chosen) {
  const names = deployments.map((one) => `${one.server}@${one.environment}`);
  if (names.length > 40) return field({
    label: 'Deployments',
    name: 'more',
    value: chosen.join(' '),
    hint: 'As connector@environment, with blanks between',
  });
  return h('fieldset', h('legend.legend', 'Deployments it verifies for'),
    h(
      'div.choices',
      names.map((name) => checkbox({ label: name, name: 'deployments', value: name, checked: chosen.includes(name) })),
    ));
}
