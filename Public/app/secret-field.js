// The secrets of an upstream credential: typed once, sent, and gone from the page whether they were taken or not.
import { h } from './dom.js';
import { field } from './form.js';

const MEMBERS = {
  api_key: [['api_key', 'API key', false]],
  oauth_client_credentials: [['client_secret', 'Client secret', false]],
  oauth_refresh_token: [['refresh_token', 'Refresh token', false], ['client_secret', 'Client secret', true]],
};

/**
 * @param isNew whether there is none yet that a field left empty would leave in place.
 * @returns `{ element, take() }`; `take` gives the secrets and empties the fields.
 */
export function secretFields(kind, { isNew = false } = {}) {
  const fields = MEMBERS[kind].map(([name, label, optional]) => [name, field({
    label,
    type: 'password',
    optional,
    autocomplete: 'off',
    maxlength: 8192,
    hint: optional ? `Of a client that has one${isNew ? '' : '; left empty, the one there is stays'}.` : 'Sealed on arrival, and never shown again.',
  })]);
  return {
    element: h('div.stack', fields.map(([, element]) => element)),
    take: () => Object.fromEntries(fields.map(([name, element]) => {
      const input = element.querySelector('input');
      const { value } = input;
      input.value = '';
      return [name, value];
    }).filter(([, value]) => value)),
  };
}
