// A new connector from what its server says of itself: its answer to tools/list becomes the form to go on from.
import { askForm } from './ask-server.js';
import { copyable } from './copy.js';
import { h } from './dom.js';
import { field, form } from './form.js';
import { readTools } from './observed-tools.js';

/** @param onRead is given what is known of the connector: its tools as they would be registered, and where it was asked. */
export function importForm({ tenant, onRead }) {
  return h('div.stack',
    h('section.card.stack', h('h2', 'Ask the running server'), askForm({
      tenant, onTools: (tools, resource) => onRead({ resource, tools: tools.map(registrable) }),
    })),
    h('section.card.stack', h('h2', 'From a terminal that reaches it'),
      h('p', 'For a server that the broker does not reach. The command writes a document, to be pasted or applied:'),
      h('p', copyable('hallpass tools import --connector new-mcp --url https://new.example.com/mcp --print > new-mcp.yaml'))),
    h('section.card.stack', h('h2', 'From its answer'), form({ action: 'Go on', submit },
      field({
        label: 'Answer to tools/list',
        name: 'answer',
        type: 'json',
        rows: 12,
        placeholder: '{ "tools": [ { "name": "find_contact", "description": "…", "inputSchema": { … } } ] }',
        hint: 'Effects are what the server says of itself, destructive where it says nothing. The scopes are yours to fill in: until then nobody can call anything.',
      }))));

  function submit(data) {
    onRead({ tools: readTools(data.get('answer')).map(registrable) });
  }
}

/** Of no deployment until a person has named one: an empty list would mean that every grant covers the tool. */
const UNKNOWN_SCOPE = 'FILL-IN';

/** One tool as the registry takes it, the way the command makes it. */
function registrable({ name, description = '', inputSchema, annotations }) {
  const effect = annotations?.readOnlyHint === true ? 'read' : annotations?.destructiveHint === false ? 'write' : 'destructive';
  const schema = { type: 'object', ...inputSchema };
  return { name, effect, description, scopes: [UNKNOWN_SCOPE], input_schema: effect === 'read' ? schema : withKey(schema) };
}

/** What writes needs a key, which is Hallpass's own: the server need not know of it. */
function withKey(schema) {
  const key = { type: 'string', minLength: 1, maxLength: 255 };
  return { ...schema, properties: { idempotency_key: key, ...schema.properties } };
}
