// One client: what it may, its secrets, its end.
import { get, getTagged, inTenant, put, remove } from '../api.js';
import { clientSecrets } from '../client-secrets.js';
import { confirmDialog } from '../dialog.js';
import { h } from '../dom.js';
import { checkbox, compact, field, form, parseJSON, words } from '../form.js';
import { code, pretty } from '../format.js';
import { cutOffLinks, offNotice } from '../off-notice.js';
import { go, link } from '../router.js';
import { showSecrets } from '../secret.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { typeName, what } from './clients.js';

const ROLES = ['tenant_admin', 'security', 'auditor', 'viewer'];
// A handful of deployments is ticked; more than that is typed.
const TICKED = 40;
const FIELDS = ['kind', 'id', 'type', 'description', 'assert_actors', 'deployments', 'roles'];

export default async function client({ tenant, name, query, signal, redraw }) {
  if (name === undefined) return newClient({ tenant, type: query.type, signal });
  const path = (...rest) => inTenant(tenant, 'clients', name, ...rest);
  const { document: registered, tag } = await getTagged(path(), signal);
  const canChange = may('change_registry', tenant);
  const isEditing = query.edit === '1' && canChange;
  return frame(name, {
    trail: h('a', { href: link([tenant, 'clients']) }, 'Clients'), intro: registered.description,
    actions: !isEditing && [cutOffLinks(tenant, 'client', name), canChange && [
      h('a.button', { href: link([tenant, 'clients', name], { edit: 1 }) }, 'Edit'),
      h('button.danger-quiet', { type: 'button', onclick: drop }, 'Remove'),
    ]],
  },
  offNotice(tenant, (one) => one.dimension === 'client' && one.id === name, signal),
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
      may('manage_client_secrets', tenant) && await clientSecrets({ path, name, signal, redraw }),
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
  const deployments = type === 'mcp_server' ? (await get(inTenant(tenant, 'deployments'), { limit: TICKED + 1 }, signal)).items : [];
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
      ), h('div.choices', [...new Set([...(tenant === 'platform' ? ['platform_admin'] : []), ...ROLES, ...(registered.roles ?? [])])].map((role) =>
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

function deploymentChoice(deployments, chosen) {
  const names = deployments.map((one) => `${one.server}@${one.environment}`);
  if (names.length > TICKED) return field({
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
