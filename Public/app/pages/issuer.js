// One identity provider: how its tokens are read, and trying one.
import { getTagged, inTenant, post, put, remove } from '../api.js';
import { confirmDialog } from '../dialog.js';
import { h, show } from '../dom.js';
import { compact, field, form, parseJSON, words } from '../form.js';
import { pretty } from '../format.js';
import { table } from '../list.js';
import { go, link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function issuer({ tenant, name, signal }) {
  const isNew = name === undefined;
  const path = (id, ...rest) => inTenant(tenant, 'issuers', id, ...rest);
  const { document: registered, tag } = isNew ? { document: {}, tag: null } : await getTagged(path(name), signal);
  const canChange = may('change_registry', tenant);
  return frame(isNew ? 'New issuer' : name, {
    trail: h('a', { href: link([tenant, 'issuers']) }, 'Issuers'),
    actions: !isNew && canChange && h('button.danger-quiet', { type: 'button', onclick: drop }, 'Remove'),
  },
  !isNew && tryToken(path(name, 'test')),
  canChange ? h('section', fields()) : h('pre', pretty(registered)));

  function fields() {
    return form({ action: isNew ? 'Register' : 'Save', cancel: link([tenant, 'issuers']), submit },
      h('section.card.stack', h('h2', 'How its tokens are read'),
        h('div.row', isNew && field({ label: 'Name', name: 'id', maxlength: 64 }),
          field({
            label: 'Issuer',
            name: 'issuer',
            value: registered.issuer ?? '',
            hint: 'iss of its tokens, byte for byte',
          })),
        h('div.row',
          field({
            label: 'Audiences',
            name: 'audiences',
            value: (registered.audiences ?? []).join(' '),
            hint: 'A token has to name one of these',
          }),
          field({
            label: 'Algorithms',
            name: 'algorithms',
            value: (registered.algorithms ?? ['ES256']).join(' '),
            hint: 'Of RS256, ES256 and EdDSA',
          })),
        field({
          label: 'Keys are published at',
          name: 'jwks_url',
          type: 'url',
          optional: true,
          value: registered.jwks_url ?? '',
          hint: 'Or register them below, one of the two',
        }),
        field({
          label: 'Keys',
          name: 'jwks',
          type: 'json',
          rows: 6,
          optional: true,
          value: registered.jwks ? pretty(registered.jwks) : '',
          hint: 'A JSON Web Key Set of public keys',
        }),
        field({
          label: 'Claims',
          name: 'claims',
          type: 'json',
          rows: 4,
          optional: true,
          value: registered.claims ? pretty(registered.claims) : '',
          hint: 'Such as {"subject":"email","groups":"groups","prefix":"okta:"}; left out, sub names the person and no groups are read.',
        }),
        h('div.row',
          field({
            label: 'Oldest token',
            name: 'max_age_seconds',
            type: 'number',
            min: 1,
            optional: true,
            value: registered.max_age_seconds ?? '',
            hint: 'Seconds since it was issued',
          }),
          field({ label: 'Description', name: 'description', optional: true, value: registered.description ?? '' }))));
  }

  async function submit(data) {
    const json = (field, label) => (data.get(field).trim() ? parseJSON(data.get(field), label) : undefined);
    const document = compact({
      ...registered, kind: 'Issuer', id: name ?? data.get('id').trim(), issuer: data.get('issuer').trim(), audiences: words(data.get('audiences')), algorithms: words(
        data.get('algorithms'),
      ),
      jwks_url: data.get('jwks_url').trim(), jwks: json('jwks', 'Keys'), claims: json('claims', 'Claims'), description: data.get('description').trim(),
      max_age_seconds: data.get('max_age_seconds') ? Number(data.get('max_age_seconds')) : undefined,
    });
    await put(path(document.id), document, tag);
    go(link([tenant, 'issuers', document.id]));
  }

  async function drop() {
    const isGone = await confirmDialog({
      title: `Remove the issuer ${name}?`, action: 'Remove', body: h(
        'p',
        'Its tokens prove nothing from then on.',
      ), submit: () => remove(path(name)),
    });
    if (isGone) go(link([tenant, 'issuers']));
  }
}

/** Which check a token fails, without minting anything. */
function tryToken(path) {
  const result = h('div', { 'aria-live': 'polite' });
  return h('section.card.stack', h('h2', 'Try a token'), form({ action: 'Try it', submit },
    field({
      label: 'Token',
      name: 'token',
      type: 'json',
      rows: 3,
      hint: 'A JWT of this provider. It is checked and forgotten; nothing is minted.',
    }),
    field({
      label: 'It is',
      name: 'token_type',
      type: 'select',
      options: [['jwt', 'a JWT'], ['id_token', 'an id token'], ['access_token', 'an access token']],
    })), result);

  async function submit(data, element) {
    show(result);
    const answer = await post(path, { token: data.get('token').trim(), token_type: data.get('token_type') });
    element.elements.token.value = '';
    show(result, verdict(answer), table([
      { head: 'Check', cell: (one) => one.check.replaceAll('_', ' ') },
      {
        head: 'Result',
        class: 'tight',
        cell: (one) => h(
          'span.badge',
          { class: { passed: 'state-good', failed: 'state-bad' }[one.result] },
          one.result.replaceAll('_', ' '),
        ),
      },
      { head: 'Why', cell: (one) => one.message },
    ], answer.checks, { caption: 'Checks' }));
  }
}

function verdict({ proven, actor }) {
  if (!proven) return h('p.note.bad', 'It proves nothing.');
  return h(
    'p.note',
    'It proves ',
    h('strong', actor.sub),
    actor.groups.length > 0 && ` in ${actor.groups.join(', ')}`,
    '.',
  );
}
