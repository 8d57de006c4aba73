// One upstream credential: how it is, and what can be done with it. Its value is nowhere.
import { get, inTenant, post } from '../api.js';
import { credentialState, failure, KINDS } from '../credential-table.js';
import { confirmDialog, formDialog } from '../dialog.js';
import { h, show } from '../dom.js';
import { field, words } from '../form.js';
import { code, time } from '../format.js';
import { problemPanel } from '../problem.js';
import { link } from '../router.js';
import { secretFields } from '../secret-field.js';
import { frame } from '../shell.js';

export default async function credential({ tenant, name, signal, redraw }) {
  const path = (...rest) => inTenant(tenant, 'credentials', name, ...rest);
  const one = await get(path(), {}, signal);
  const isOver = one.state === 'revoked';
  const button = (text, onclick, kind) => h('button', { type: 'button', class: kind, onclick }, text);
  return frame(name, {
    trail: h('a', { href: link([tenant, 'credentials']) }, 'Upstream credentials'),
    actions: [
      !isOver && [
        button('Rotate', rotate),
        one.state === 'disabled' ? button('Switch on', () => flip('enable')) : button('Switch off', () => flip('disable')),
      ],
      (!isOver || one.provider_revocation === 'failed') && button(isOver ? 'Revoke there again' : 'Revoke', revoke, 'danger-quiet'),
    ],
  },
  advice(one),
  h('section.card', facts(tenant, one)),
  one.state === 'active' && trial(one));

  async function rotate() {
    const secret = secretFields(one.kind);
    const isDone = await formDialog({
      title: `Another secret for ${name}?`, action: 'Rotate',
      body: [
        h('p', 'Calls that begin from then on get the new one. Where it goes stays as it is.'),
        secret.element,
      ],
      submit: () => post(path('rotate'), { secret: secret.take() }),
    });
    if (isDone) redraw();
  }

  async function flip(verb) {
    const isOff = verb === 'disable';
    const isDone = await confirmDialog({
      title: isOff ? `Switch off ${name}?` : `Switch on ${name}?`, action: isOff ? 'Switch off' : 'Switch on', danger: isOff,
      body: h('p', isOff
        ? `Nothing is given from it, and nothing in its place: ${one.connector}@${one.environment} cannot reach its backend with it.`
        : 'Servers are given it again for their calls.'),
      submit: () => post(path(verb)),
    });
    if (isDone) redraw();
  }

  async function revoke() {
    const isDone = await confirmDialog({
      title: `Revoke ${name}?`, action: 'Revoke',
      body: [
        h('p', 'Nothing is given from it any more, and it does not come back.'),
        h('p', { class: one.revocable_at_provider ? '' : 'note warn' }, one.revocable_at_provider
          ? 'It is ended at its provider too.'
          : 'It cannot be ended at its provider from here: change it there by hand, else it stays good for whoever has it.'),
        field({ label: 'Reason', name: 'reason', type: 'textarea', rows: 2, maxlength: 4096, hint: 'For the audit' }),
      ],
      submit: (data) => post(path('revoke'), { reason: data.get('reason').trim() }),
    });
    if (isDone) redraw();
  }

  function trial() {
    const result = h('div', { 'aria-live': 'polite' });
    const start = h('button', { type: 'submit' }, 'Test it');
    return h('section.card.stack', h('h2', 'Test it'), h('form.stack', { onsubmit: test },
      one.kind === 'api_key'
        ? h('p', 'Says whether it opens. Whether its backend takes it shows in use.')
        : [
          h('p', 'Fetches an access token from its provider, whatever is kept, and shows all of it but its value.'),
          field({ label: 'Scopes', name: 'scope', optional: true, hint: 'As a call would ask for them, with blanks between' }),
        ],
      h('div.form-actions', start)), result);

    async function test(event) {
      event.preventDefault();
      start.disabled = true;
      try {
        const scope = words(new FormData(event.target).get('scope')).join(' ');
        show(result, verdict(await post(path('test'), scope ? { scope } : {})));
      } catch (problem) {
        show(result, problemPanel(problem));
      } finally {
        start.disabled = false;
      }
    }
  }
}

function verdict({ type, expires_at: end, scope }) {
  if (type === 'api_key') return h('p.note', 'It opens.');
  return h('p.note', 'Its provider gave a token', scope && [' with ', code(scope)], end && [
    ', good until ', time(new Date(end * 1000).toISOString().replace('.000Z', 'Z')),
  ], '.');
}

/** What somebody has to do about it. */
function advice(one) {
  if (one.state === 'reauth_required') {
    return h('p.note.bad', 'Its provider accepts the refresh token no more. Somebody signs in there anew; the token they get goes in by Rotate.');
  }
  if (one.state === 'active' && one.failure) {
    return h('p.note.warn', `The last fetch failed: ${failure(one)}. It is tried again with the next call; a test says what happens now.`);
  }
  if (one.provider_revocation === 'failed') return h('p.note.warn', 'It could not be ended at its provider yet: try again, or end it there by hand.');
  if (one.provider_revocation === 'not_possible') return h('p.note.warn', 'It stays good at its provider until it is changed there by hand.');
  return null;
}

function facts(tenant, one) {
  const { authorization } = one;
  const row = (head, value) => value && [h('dt', head), h('dd', value)];
  return h('dl.facts',
    row('State', credentialState(one)),
    row('Kind', KINDS[one.kind] ?? one.kind),
    row('At', h('a', { href: link([tenant, 'connectors', one.connector], { tab: 'credentials' }) }, `${one.connector}@${one.environment}`)),
    row('For', one.sub ?? 'everyone there'),
    row('Version', String(one.version)),
    row('Made', time(one.created_at)),
    row('Secret since', time(one.rotated_at)),
    row('Last given', one.last_issued_at ? time(one.last_issued_at) : h('span.muted', 'never')),
    row('Last failure', one.failure && [failure(one), ', ', time(one.failed_at)]),
    row('At its provider', one.provider_revocation && { pending: 'being ended', done: 'ended', failed: 'not ended yet', not_possible: 'stays good' }[one.provider_revocation]),
    authorization && [
      row('Token endpoint', code(authorization.token_endpoint)),
      row('Revocation endpoint', authorization.revocation_endpoint && code(authorization.revocation_endpoint)),
      row('Client id', code(authorization.client_id)),
      row('Client authentication', authorization.client_authentication),
      row('Resource', authorization.resource && code(authorization.resource)),
    ]);
}
