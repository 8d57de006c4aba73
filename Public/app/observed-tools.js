// Holding what a running server shows against what is registered.
import { inTenant, post } from './api.js';
import { askForm } from './ask-server.js';
import { memberList } from './changes.js';
import { copyable } from './copy.js';
import { confirmDialog } from './dialog.js';
import { h, show } from './dom.js';
import { field, form, Mistake, parseJSON } from './form.js';
import { code, plural } from './format.js';
import { may } from './session.js';

const STATES = {
  same: ['', 'as registered'],
  changed: ['state-bad', 'changed'],
  new: ['state-warn', 'not registered'],
  removed: ['state-warn', 'not shown any more'],
};

/** The command that asks the server itself, from wherever it is typed. */
const importCommand = (tenant, connector, address) =>
  `hallpass tools import --connector ${connector} --url ${quoted(address)} --tenant ${tenant} --hallpass-url ${window.location.origin}`;

/** An address may hold what a shell would run. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function compareForm({ tenant, connector, redraw }) {
  const path = inTenant(tenant, 'connectors', connector.id, 'observed-tools');
  const result = h('div.stack', { 'aria-live': 'polite' });
  return h('section.card.stack', h('h2', 'Compare with the running server'),
    h('p', 'Nothing is done with what it shows before you have seen how it compares.'),
    may('change_registry', tenant) && askForm({
      tenant, address: /^https?:[^?#]*$/.test(connector.resource) ? connector.resource : '', onTools: compare,
    }),
    form({ action: 'Compare', submit: (data) => compare(readTools(data.get('answer'))) },
      field({
        label: 'Or its answer to tools/list',
        name: 'answer',
        type: 'json',
        rows: 6,
        placeholder: '{ "tools": [ { "name": "find_contact", "description": "…", "inputSchema": { … } } ] }',
      })),
    h('p', 'Or from a terminal that reaches it; what changed goes into quarantine at once, ', code('--dry-run'), ' only compares:'),
    h('p', copyable(importCommand(tenant, connector.id, connector.resource))), result);

  async function compare(tools) {
    show(result);
    const { tools: compared } = await post(path, { tools, dry_run: true });
    const changed = compared.filter((one) => one.state === 'changed');
    show(result, h('ol.diff', compared.map(comparison)), changed.length > 0 && h('div.form-actions', h(
      'button.danger',
      { type: 'button', onclick: () => report(tools, changed) },
      `Put ${plural(changed.length, 'tool')} into quarantine`,
    )));
  }

  async function report(tools, changed) {
    const isDone = await confirmDialog({
      title: `Put ${plural(changed.length, 'tool')} of ${connector.id} into quarantine?`, action: 'Quarantine',
      body: h('p', 'Every call is refused from then on, until an admin accepts what changed: ', changed.map(
        (one, index) => [index > 0 && ', ', code(one.name)],
      ), '.'),
      submit: () => post(path, { tools }),
    });
    if (isDone) redraw();
  }
}

function comparison({ name, state, changes }) {
  const [kind, words] = STATES[state] ?? ['', state];
  return h('li', h('p.what', h('strong', code(name)), h('span.badge', { class: kind }, words)), changes.length > 0 && memberList(changes));
}

/** `tools/list` as a server answers it, with or without the JSON-RPC around it. @throws {Mistake} */
export function readTools(text) {
  const value = parseJSON(text, 'The answer');
  const tools = Array.isArray(value) ? value : value?.result?.tools ?? value?.tools;
  if (!Array.isArray(tools) || !tools.every((one) => typeof one?.name === 'string')) {
    throw new Mistake('The answer has no list of tools with names in it.');
  }
  return tools;
}
