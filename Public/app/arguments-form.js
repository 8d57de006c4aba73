// A form made from a tool's input schema: a field for each plain argument, JSON for the rest.
import { h } from './dom.js';
import { checkbox, field, parseJSON } from './form.js';
import { pretty } from './format.js';
import { rules, typeOf } from './schema.js';

/** @returns `{ element, value() }`; `value()` throws where what was typed is no JSON. */
export function argumentsForm(schema) {
  const properties = Object.entries(schema?.properties ?? {});
  if (properties.length === 0 || properties.length > 40) return wholeForm();
  const required = new Set(schema.required ?? []);
  const parts = properties.map(([name, property]) => part(name, property ?? {}, required.has(name)));
  return {
    element: h('div.row', parts.map((one) => one.element)),
    value: () => Object.fromEntries(
      parts.map((one) => [one.name, one.value()]).filter(([, value]) => value !== undefined),
    ),
  };
}

function wholeForm() {
  const element = field({ label: 'Arguments', type: 'json', rows: 6, value: '{}' });
  return { element, value: () => parseJSON(element.querySelector('textarea').value, 'The arguments') };
}

function part(name, schema, isRequired) {
  const hint = [typeOf(schema), ...rules(schema)].join(', ');
  const base = { label: name, hint, optional: !isRequired };
  if (Array.isArray(schema.enum)) return choicePart(name, schema, base);
  switch (schema.type) {
    case 'boolean': return booleanPart(name, schema, base);
    case 'integer':
    case 'number': return textPart(
      name,
      { ...base, type: 'number', step: schema.type === 'integer' ? 1 : 'any', value: schema.default ?? '' },
      Number,
    );
    case 'string': return textPart(
      name,
      { ...base, type: schema.maxLength > 300 ? 'textarea' : 'text', value: schema.default ?? '' },
      String,
    );
    default: return textPart(
      name,
      { ...base, type: 'json', rows: 3, value: schema.default === undefined ? '' : pretty(schema.default) },
      (text) => parseJSON(text, name),
    );
  }
}

// A number that the browser cannot hold is sent as it was typed wrong: the server is to say what is wrong with it.
function textPart(name, options, read) {
  const element = field(options);
  const input = element.querySelector('input, textarea');
  return { name, element, value: () => (input.value === '' && options.optional ? undefined : read(input.value)) };
}

function choicePart(name, schema, base) {
  const element = field({
    ...base,
    type: 'select',
    options: [
      ...(base.optional ? [['', 'left out']] : []),
      ...schema.enum.map((one, index) => [String(index), JSON.stringify(one)]),
    ],
  });
  const input = element.querySelector('select');
  return { name, element, value: () => (input.value === '' ? undefined : schema.enum[Number(input.value)]) };
}

function booleanPart(name, schema, base) {
  const element = checkbox({ label: name, hint: base.hint, checked: schema.default ?? false });
  const input = element.querySelector('input');
  return {
    name,
    element,
    value: () => (base.optional && !input.checked && schema.default === undefined ? undefined : input.checked),
  };
}
