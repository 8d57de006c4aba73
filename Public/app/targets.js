// What can be cut off or switched off, and the fields that name one of each.
import { get, inTenant } from './api.js';
import { h, show } from './dom.js';
import { field, Mistake } from './form.js';
import { link } from './router.js';
import { namesOf, suggestedField } from './suggest.js';

const SUB = 'Their name in calls, such as alice';
const CONNECTOR = { label: 'Connector', list: 'connectors' };
const ENVIRONMENT = { label: 'Environment', list: 'environments' };

/**
 * By dimension: how it is called, what is reached, the parts of its id and what stands between them. Without parts it is
 * the tenant itself.
 */
export const TARGETS = {
  actor: { name: 'A person', reach: 'every token for this person, whoever asked for it', parts: [{ label: 'Person', hint: SUB }] },
  agent: {
    name: 'An agent',
    reach: 'every token under which this agent acts for somebody',
    parts: [{ label: 'Agent', hint: 'Its name in act, such as support-agent' }],
  },
  client: { name: 'A client', reach: 'every token that it minted', parts: [{ label: 'Client', list: 'clients' }] },
  connector: { name: 'A connector', reach: 'every token for it, in every environment', parts: [CONNECTOR] },
  environment: { name: 'An environment', reach: 'every token for any connector in it', parts: [ENVIRONMENT] },
  deployment: { name: 'A deployment', reach: 'every token for this connector there', parts: [CONNECTOR, ENVIRONMENT], between: '@' },
  tool: { name: 'A tool', reach: 'every call of it, in every environment', parts: [CONNECTOR, { label: 'Tool', list: 'tools' }], between: '/' },
  key: {
    name: 'A signing key',
    reach: 'every token minted while it signed',
    parts: [{ label: 'Key', hint: 'Its kid, from the list of signing keys' }],
  },
  token: { name: 'One token', reach: 'this token alone', parts: [{ label: 'Token id', hint: 'Its jti, from the audit' }] },
  txn: {
    name: 'A transaction',
    reach: 'every token of this transaction',
    parts: [{ label: 'Transaction', hint: 'The txn that the caller gave' }],
  },
  tenant: { name: 'The whole tenant', reach: 'every token of the tenant', parts: [] },
};

export const REVOCABLE = [
  'actor', 'agent', 'client', 'connector', 'environment', 'deployment', 'key', 'token', 'txn', 'tenant',
];
export const SWITCHABLE = ['actor', 'client', 'connector', 'deployment', 'tool', 'environment', 'tenant'];

/**
 * A choice of dimension with the fields for it below.
 *
 * @returns `{ element, value(data) }`; `value` reads `{ dimension, id }` from the form's data.
 */
export function targetFields({ tenant, dimensions, query, signal, note }) {
  const chosen = dimensions.includes(query.dimension) ? query.dimension : dimensions[0];
  const parts = h('div.row');
  const hint = h('span');
  draw(chosen, query.id);
  const choice = field({
    label: 'What',
    name: 'dimension',
    type: 'select',
    options: dimensions.map((id) => [id, TARGETS[id].name]),
    value: chosen,
    hint,
    onchange: (event) => draw(event.target.value),
  });
  return { element: [choice, parts], value };

  function draw(dimension, id) {
    const target = TARGETS[dimension];
    show(hint, `${note} ${target.reach}.`);
    show(parts, target.parts.map((part, index) => partField(part, index, split(target, id)[index] ?? '')));
  }

  function partField({ label, hint: about, list }, index, text) {
    const options = { label, name: `part-${index}`, value: text, hint: about, maxlength: 255, autocapitalize: 'none' };
    return list ? suggestedField({ ...options, names: namesIn(list), signal }) : field(options);
  }

  function namesIn(list) {
    return list === 'tools' ? toolNames : namesOf(inTenant(tenant, list));
  }

  async function toolNames() {
    const connector = parts.querySelector('[name="part-0"]').value.trim();
    return (await get(inTenant(tenant, 'connectors', connector), {}, signal)).tools.map((one) => one.name);
  }

  function value(data) {
    const dimension = data.get('dimension');
    const target = TARGETS[dimension];
    const texts = target.parts.map((_, index) => data.get(`part-${index}`).trim());
    if (texts.some((text) => !text)) throw new Mistake('Say which one.');
    return { dimension, id: target.parts.length ? texts.join(target.between) : tenant };
  }
}

/** A tool's name may have a slash in it and a connector's none, so it is the first one that parts them. */
function split({ parts, between }, id = '') {
  if (parts.length < 2) return [id];
  const at = id.indexOf(between);
  return at < 0 ? [id] : [id.slice(0, at), id.slice(at + 1)];
}

/** `a person: alice`, in a question. */
export const named = ({ dimension, id }) => (
  dimension === 'tenant' ? `the whole tenant ${id}` : `${lower(TARGETS[dimension].name)}: ${id}`
);

const lower = (text) => text[0].toLowerCase() + text.slice(1);

/** One of a list: its dimension and its id, which leads to it where there is a page for it. */
export function targetCell(tenant, one) {
  const address = pageOf(tenant, one);
  return [h('span.badge', one.dimension), ' ', address ? h('a', { href: address }, h('code', one.id)) : h('code', one.id)];
}

function pageOf(tenant, { dimension, id }) {
  switch (dimension) {
    case 'actor': return link([tenant, 'who'], { subject: `user:${id}` });
    case 'client': return link([tenant, 'clients', id]);
    case 'connector': return link([tenant, 'connectors', id]);
    case 'deployment': return link([tenant, 'connectors', id.split('@')[0]], { tab: 'environments' });
    case 'tool': return link([tenant, 'connectors', id.split('/')[0]]);
    case 'environment': return link([tenant, 'environments']);
    case 'key': return link([tenant, 'keys']);
    default: return null;
  }
}
