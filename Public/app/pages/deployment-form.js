// One connector in one environment: scopes, lifetimes, limits, constraints, allow-list.
import { get, getTagged, inTenant, put, remove } from '../api.js';
import { confirmDialog } from '../dialog.js';
import { h } from '../dom.js';
import { checkbox, compact, field, form, parseJSON, words } from '../form.js';
import { code, effect, pretty } from '../format.js';
import { go, link } from '../router.js';
import { frame } from '../shell.js';

const FIELDS = new Set(['kind', 'server', 'environment', 'auth', 'tools_allow', 'constraints', 'idempotency']);

export default async function deploymentForm({ tenant, name, signal }) {
  const [server, environment] = name.split('@');
  const path = inTenant(tenant, 'deployments', name);
  const [connector, found] = await Promise.all([
    get(inTenant(tenant, 'connectors', server), {}, signal),
    existing({ tenant, server, environment, path }, signal),
  ]);
  const isNew = found === null;
  const registered = found?.document ?? {
    auth: {
      mode: 'oauth',
      scopes: [
        ...new Set(connector.tools.filter((tool) => tool.effect === 'read').flatMap((tool) => tool.scopes ?? [])),
      ],
      token_ttl_seconds: 300,
    },
  };
  const back = link([tenant, 'connectors', server], { tab: 'environments' });
  const allowList = allowListFields(connector, registered);
  const { auth } = registered;
  return frame(isNew ? `Deploy ${server} in ${environment}` : `${server} in ${environment}`, {
    trail: [h('a', { href: link([tenant, 'connectors']) }, 'Connectors'), ' / ', h('a', { href: back }, server)],
    actions: !isNew && h('button.danger-quiet', { type: 'button', onclick: withdraw }, 'Withdraw'),
  },
  form({ action: isNew ? 'Deploy' : 'Save', cancel: back, submit },
    h('section.card.stack',
      h('div.row',
        field({
          label: 'Backend',
          name: 'mode',
          type: 'select',
          options: ['oauth', 'api_key', 'none'],
          value: auth.mode,
          hint: 'How the server reaches its own backend',
        }),
        field({
          label: 'Token lifetime',
          name: 'ttl',
          type: 'number',
          min: 1,
          max: 3600,
          value: auth.token_ttl_seconds,
          hint: 'Seconds, at most 3600',
        })),
      field({
        label: 'Scopes',
        name: 'scopes',
        value: auth.scopes.join(' '),
        hint: 'The most a token may carry here, with blanks between',
      }),
      field({
        label: 'Session scopes',
        name: 'session',
        value: (auth.session_scopes ?? []).join(' '),
        optional: true,
        hint: 'What session tokens may carry beyond what reads',
      })),
    h('section.card.stack', h('h2', 'Allow-list'), allowList.element),
    h('section.card.stack',
      h('h2', 'Repeated calls'),
      h('div.row',
        field({
          label: 'Lease',
          name: 'lease',
          type: 'number',
          min: 1,
          max: 3600,
          value: registered.idempotency?.lease_seconds ?? 300,
          hint: 'Seconds a server may take to report',
        }),
        field({
          label: 'Keys kept',
          name: 'retention',
          type: 'number',
          min: 3600,
          max: 2592000,
          value: registered.idempotency?.retention_seconds ?? 86400,
          hint: 'Seconds, one hour to 30 days',
        }))),
    h('section.card.stack',
      h('h2', 'Constraints and the rest'),
      field({
        label: 'Constraints',
        name: 'constraints',
        type: 'json',
        optional: true,
        value: registered.constraints?.length ? pretty(registered.constraints) : '',
        hint: 'A list of {tool, schema, when_violated}: narrows a tool here, for everyone.',
      }),
      field({
        label: 'Other members',
        name: 'others',
        type: 'json',
        rows: 4,
        optional: true,
        value: others(registered),
        hint: 'What this document has beyond the fields above, as JSON.',
      }))));

  async function submit(data) {
    const document = compact({
      ...(data.get('others').trim() ? parseJSON(data.get('others'), 'Other members') : {}),
      kind: 'Deployment', server, environment,
      auth: {
        mode: data.get('mode'),
        scopes: words(data.get('scopes')),
        token_ttl_seconds: Number(data.get('ttl')),
        session_scopes: words(data.get('session')),
      },
      tools_allow: allowList.value(data),
      constraints: data.get('constraints').trim() ? parseJSON(data.get('constraints'), 'Constraints') : [],
      idempotency: { lease_seconds: Number(data.get('lease')), retention_seconds: Number(data.get('retention')) },
    });
    await put(path, document, found?.tag ?? null);
    go(back);
  }

  async function withdraw() {
    const isGone = await confirmDialog({
      title: `Withdraw ${server} from ${environment}?`, action: 'Withdraw',
      body: [
        h('p', 'Every token for it here is refused from then on.'),
        checkbox({ name: 'cascade', label: 'Also remove the grants for it, and clients that own nothing else' }),
      ],
      submit: (data) => remove(path, { cascade: data.has('cascade') && 1 }),
    });
    if (isGone) go(back);
  }
}

/** Asked of the list first, because that there is none yet is no error. */
async function existing({ tenant, server, environment, path }, signal) {
  const { items } = await get(inTenant(tenant, 'deployments'), { connector: server, environment, limit: 1 }, signal);
  return items.length ? getTagged(path, signal) : null;
}

function others(registered) {
  const rest = Object.fromEntries(Object.entries(registered).filter(([name]) => !FIELDS.has(name)));
  return Object.keys(rest).length ? pretty(rest) : '';
}

function allowListFields(connector, registered) {
  const explicit = registered.tools_allow;
  const boxes = connector.tools.filter(
    (tool) => tool.effect !== 'destructive' || explicit?.includes(tool.name),
  ).map((tool) => checkbox({
    name: 'allow', value: tool.name, label: [
      code(tool.name),
      ' ',
      effect(tool.effect),
    ], checked: explicit?.includes(tool.name) ?? false,
  }));
  const list = h('div.choices', { hidden: explicit === undefined }, boxes);
  const choose = (isExplicit) => { list.hidden = !isExplicit; };
  return {
    element: [
      h('div.choices',
        checkbox({
          type: 'radio',
          name: 'kind',
          value: 'default',
          label: 'Tools that read',
          checked: explicit === undefined,
          onchange: () => choose(false),
        }),
        checkbox({
          type: 'radio',
          name: 'kind',
          value: 'explicit',
          label: 'Only these',
          checked: explicit !== undefined,
          onchange: () => choose(true),
        })),
      list,
      h('p.hint', 'A destructive tool is allowed with its switch on the connector’s page, which asks twice.'),
    ],
    value: (data) => (data.get('kind') === 'explicit' ? data.getAll('allow') : undefined),
  };
}
