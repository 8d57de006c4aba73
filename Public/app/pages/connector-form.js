// A new connector, by form, by pasting its card or from what its server shows; and changing one that is there.
import { getTagged, inTenant, put } from '../api.js';
import { h, show } from '../dom.js';
import { checkbox, compact, field, form, Mistake, parseJSON, words } from '../form.js';
import { pretty } from '../format.js';
import { documentsForm } from '../documents-form.js';
import { importForm } from '../import-form.js';
import { go, link } from '../router.js';
import { frame } from '../shell.js';
import { tellWarnings } from '../warnings.js';

export default async function connectorForm({ tenant, name, query, signal }) {
  const isNew = name === undefined;
  const { document: registered, tag } = isNew ? { document: { tools: [] }, tag: null } : await getTagged(
    inTenant(tenant, 'connectors', name),
    signal,
  );
  const trail = [
    h('a', { href: link([tenant, 'connectors']) }, 'Connectors'),
    !isNew && [' / ', h('a', { href: link([tenant, 'connectors', name]) }, name)],
  ];
  const tabs = isNew && h('nav.tabs', { 'aria-label': 'Ways to register' },
    [['', 'Form'], ['paste', 'Paste documents'], ['import', 'From its server']].map(
      ([by, text]) => h(
        'a',
        { href: link([tenant, 'new-connector'], { by }), 'aria-current': (query.by ?? '') === by && 'page' },
        text,
      ),
    ));
  const body = h('div', isNew && Object.hasOwn(WAYS, query.by ?? '')
    ? WAYS[query.by]({ tenant, onRead: (registered) => show(body, connectorFields({ tenant, registered, tag })) })
    : connectorFields({ tenant, name, registered, tag }));
  return frame(isNew ? 'New connector' : `Edit ${name}`, {
    trail, intro: isNew && 'One MCP server. After this it is deployed into an environment, and people are granted what it does.',
  }, tabs, body);
}

// By the id in the address; without one it is the form.
const WAYS = {
  paste: ({ tenant }) => documentsForm({ tenant, onApplied: () => go(link([tenant, 'connectors'])) }),
  import: importForm,
};

function connectorFields({ tenant, name, registered, tag }) {
  const isNew = name === undefined;
  const tools = h('div.stack');
  for (const tool of registered.tools) tools.append(toolFields(tool));
  const add = h('button', { type: 'button', onclick: addTool }, 'Add a tool');
  return form({
    action: isNew ? 'Register' : 'Save',
    cancel: link(isNew ? [tenant, 'connectors'] : [tenant, 'connectors', name]),
    submit,
  },
    h('section.card.stack',
      h('div.row',
        isNew && field({
          label: 'Name',
          name: 'id',
          hint: 'a-z 0-9 - _ . and up to 64 of them, such as crm-mcp',
          maxlength: 64,
          autocapitalize: 'none',
        }),
        field({
          label: 'Owner',
          name: 'owner',
          value: registered.owner ?? '',
          optional: true,
          hint: 'Whom to ask, such as crm-team@example.com',
        })),
      field({
        label: 'Resource',
        name: 'resource',
        value: registered.resource ?? '',
        hint: 'The absolute URI that tokens name as their audience, byte for byte, such as https://crm.example.com/mcp',
      }),
      field({ label: 'Description', name: 'description', value: registered.description ?? '', optional: true })),
    h('section', h('div.section-head', h('h2', 'Tools'), add), tools));

  function addTool() {
    const fields = toolFields({ name: '', effect: 'read', scopes: [] });
    tools.append(fields);
    fields.querySelector('input').focus();
  }

  async function submit(data) {
    const document = compact({
      ...registered, kind: 'Connector', id: name ?? data.get('id').trim(), resource: data.get('resource').trim(),
      owner: data.get('owner').trim(), description: data.get('description').trim(), tools: [...tools.children].map(readTool),
    });
    const answer = await put(inTenant(tenant, 'connectors', document.id), document, tag);
    await tellWarnings(answer.warnings);
    go(link([tenant, 'connectors', document.id]));
  }
}

/** The fields of one tool; the tool as it is registered stays with them, so that what has no field here is not lost. */
function toolFields(tool) {
  const heading = h('h3', tool.name || 'New tool');
  const section = h('fieldset.card.stack', h('legend.unseen', `Tool ${tool.name || 'new'}`),
    h(
      'div.section-head',
      heading,
      h('button.quiet.small', { type: 'button', onclick: () => section.remove() }, 'Remove'),
    ),
    h('div.row',
      field({
        label: 'Tool',
        'data-tool': 'name',
        value: tool.name,
        hint: 'As the server publishes it',
        oninput: (event) => show(heading, event.target.value || 'New tool'),
      }),
      field({
        label: 'Effect',
        'data-tool': 'effect',
        type: 'select',
        options: ['read', 'write', 'destructive'],
        value: tool.effect,
      }),
      field({
        label: 'Scopes',
        'data-tool': 'scopes',
        value: (tool.scopes ?? []).join(' '),
        optional: true,
        hint: 'All that a call needs',
      })),
    field({ label: 'Description', 'data-tool': 'description', value: tool.description ?? '', optional: true }),
    field({
      label: 'Input schema',
      'data-tool': 'input_schema',
      type: 'json',
      value: tool.input_schema === undefined ? '' : pretty(tool.input_schema),
      optional: true,
      rows: 8,
      hint: 'JSON Schema. A tool that does more than read needs idempotency_key among its properties.',
    }),
    checkbox({
      label: 'Idempotent',
      'data-tool': 'idempotent',
      checked: tool.idempotent ?? false,
      hint: 'Acting twice does no more than acting once, such as setting a value.',
    }));
  section.registered = tool;
  return section;
}

function readTool(section) {
  const of = (name) => section.querySelector(`[data-tool="${name}"]`);
  const name = of('name').value.trim();
  if (!name) throw new Mistake('A tool has no name.');
  const schema = of('input_schema').value.trim();
  return compact({
    ...section.registered, name, effect: of('effect').value, scopes: words(of('scopes').value),
    description: of('description').value.trim(), idempotent: of('idempotent').checked,
    input_schema: schema ? parseJSON(schema, `The input schema of ${name}`) : undefined,
  });
}
