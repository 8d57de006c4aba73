// A new upstream credential for a deployment, or for one person in it.
import { get, inTenant, pages, put } from '../api.js';
import { KINDS } from '../credential-table.js';
import { h, show } from '../dom.js';
import { compact, field, form, Mistake } from '../form.js';
import { go, link } from '../router.js';
import { secretFields } from '../secret-field.js';
import { frame } from '../shell.js';
import { namesOf, suggestedField } from '../suggest.js';

export default async function credentialForm({ tenant, query, signal }) {
  const kindFields = h('div.stack');
  const state = { secret: null };
  const kind = Object.hasOwn(KINDS, query.kind ?? '') ? query.kind : await fittingKind(tenant, query, signal);
  drawKind(kind);
  return frame('New credential', {
    trail: h('a', { href: link([tenant, 'credentials']) }, 'Upstream credentials'),
    intro: 'Its kind has to fit how the deployment reaches its backend. There is one for each deployment, and one for each person in it.',
  }, form({ action: 'Keep it', cancel: link([tenant, 'credentials']), submit },
    h('section.card.stack',
      h('div.row',
        field({ label: 'Name', name: 'name', maxlength: 64, autocapitalize: 'none', hint: 'a-z 0-9 - _ . such as billing-prod' }),
        field({
          label: 'Kind',
          name: 'kind',
          type: 'select',
          options: Object.entries(KINDS),
          value: kind,
          onchange: (event) => drawKind(event.target.value),
        })),
      h('div.row',
        suggestedField({
          label: 'Connector',
          name: 'connector',
          value: query.connector ?? '',
          names: namesOf(inTenant(tenant, 'connectors')),
          signal,
        }),
        suggestedField({
          label: 'Environment',
          name: 'environment',
          value: query.environment ?? '',
          names: namesOf(inTenant(tenant, 'environments')),
          signal,
        }),
        field({ label: 'Person', name: 'sub', optional: true, maxlength: 255, hint: 'Left empty, it is for everyone there.' }))),
    h('section.card', kindFields)));

  function drawKind(chosen) {
    state.secret = secretFields(chosen, { isNew: true });
    show(kindFields, chosen !== 'api_key' && authorizationFields(), state.secret.element);
  }

  async function submit(data) {
    const secret = state.secret.take();
    const name = data.get('name').trim();
    const text = (field) => (data.get(field) ?? '').trim();
    const body = compact({
      kind: text('kind'), connector: text('connector'), environment: text('environment'), sub: text('sub'),
      authorization: text('kind') === 'api_key' ? undefined : compact({
        token_endpoint: text('token_endpoint'), revocation_endpoint: text('revocation_endpoint'),
        client_id: text('client_id'), client_authentication: text('client_authentication'), resource: text('resource'),
      }),
      secret,
    });
    if (await isThere(tenant, name, signal)) throw new Mistake(`There is a credential ${name} already: rotate it on its own page.`);
    await put(inTenant(tenant, 'credentials', name), body);
    go(link([tenant, 'credentials', name]));
  }
}

/** One that is there would be replaced without a word. Asked of the list, because that there is none yet is no error. */
async function isThere(tenant, name, signal) {
  for await (const items of pages(inTenant(tenant, 'credentials'), {}, signal)) {
    if (items.some((one) => one.name === name)) return true;
  }
  return false;
}

/** The kind that fits the deployment, where it is known. */
async function fittingKind(tenant, { connector, environment }, signal) {
  if (!connector || !environment) return 'api_key';
  const { items: [deployment] } = await get(inTenant(tenant, 'deployments'), { connector, environment, limit: 1 }, signal);
  return deployment?.auth.mode === 'oauth' ? 'oauth_client_credentials' : 'api_key';
}

function authorizationFields() {
  return [
    h('div.row',
      field({ label: 'Token endpoint', name: 'token_endpoint', type: 'url', maxlength: 512, hint: 'https, or http on this machine' }),
      field({ label: 'Revocation endpoint', name: 'revocation_endpoint', type: 'url', maxlength: 512, optional: true, hint: 'RFC 7009' })),
    h('div.row',
      field({ label: 'Client id', name: 'client_id', maxlength: 512, hint: 'As the provider knows it' }),
      field({
        label: 'Client authentication',
        name: 'client_authentication',
        type: 'select',
        options: ['client_secret_basic', 'client_secret_post', 'none'],
        value: 'client_secret_basic',
      }),
      field({ label: 'Resource', name: 'resource', maxlength: 512, optional: true, hint: 'RFC 8707' })),
  ];
}
