// A JSON Schema for people: which arguments there are, of which type, and what each has to be.
import { h } from './dom.js';
import { pretty } from './format.js';

/** The arguments as a table, with the schema itself behind a fold. */
export function schemaView(schema) {
  if (schema === undefined) return h('p.muted', 'No schema: any object of arguments is taken.');
  const rows = propertyRows(schema);
  return h('div.stack',
    rows.length > 0 && h('div.table-scroll', h('table.schema',
      h('thead', h('tr', ['Argument', 'Type', 'Rules'].map((head) => h('th', { scope: 'col' }, head)))),
      h('tbody', rows))),
    h('p.hint', otherArguments(schema)),
    h('details', h('summary', 'The schema as it is registered'), h('pre', pretty(schema))));
}

function otherArguments(schema) {
  if (schema.additionalProperties === false) return 'No other arguments are taken.';
  return 'Other arguments are taken as well.';
}

function propertyRows(schema, prefix = '', depth = 0) {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).flatMap(([name, property]) => [
    h('tr',
      h(
        'td',
        h('code', prefix + name),
        required.has(name) && h('span.required', { title: 'Required' }, ' *', h('span.unseen', ' required')),
      ),
      h('td', typeOf(property)),
      h(
        'td',
        rules(property).join(', ') || h('span.muted', '—'),
        property?.description && h('div.muted', String(property.description)),
      )),
    ...(depth < 4 && property?.properties ? propertyRows(property, `${prefix}${name}.`, depth + 1) : []),
  ]);
}

export function typeOf(schema) {
  if (schema === true || schema === undefined) return 'anything';
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.type === 'array' && schema.items) return `list of ${typeOf(schema.items)}`;
  if (schema.type) return schema.format ? `${schema.type}, ${schema.format}` : String(schema.type);
  if (schema.enum) return 'one of';
  return schema.$ref ? String(schema.$ref) : 'anything';
}

/** The rules of one value in words; what has no words here is named, so that nothing is hidden. */
export function rules(schema) {
  if (schema === null || typeof schema !== 'object') return [];
  const said = new Set([
    'type',
    'properties',
    'required',
    'description',
    'title',
    'format',
    'items',
    'additionalProperties',
    'default',
    'examples',
    '$ref',
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'minItems',
    'maxItems',
    'enum',
    'const',
    'pattern',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
  ]);
  const list = [
    range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minimum, schema.maximum, ''),
    range(schema.minItems, schema.maxItems, 'items'),
    schema.exclusiveMinimum !== undefined && `more than ${schema.exclusiveMinimum}`,
    schema.exclusiveMaximum !== undefined && `less than ${schema.exclusiveMaximum}`,
    schema.multipleOf !== undefined && `a multiple of ${schema.multipleOf}`,
    schema.enum && schema.enum.map((one) => JSON.stringify(one)).join(' | '),
    schema.const !== undefined && `exactly ${JSON.stringify(schema.const)}`,
    schema.pattern && `matches ${schema.pattern}`,
    schema.default !== undefined && `else ${JSON.stringify(schema.default)}`,
    ...Object.keys(schema).filter((key) => !said.has(key)),
  ];
  return list.filter(Boolean).map(String);
}

function range(low, high, unit) {
  if (low === undefined && high === undefined) return false;
  const text = low === undefined ? `at most ${high}` : high === undefined ? `at least ${low}` : `${low} to ${high}`;
  return unit ? `${text} ${unit}` : text;
}
