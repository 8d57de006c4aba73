// Asking as another client, and showing what was asked and answered. The secrets of clients are typed once and kept in this
// page's memory, never in the page itself.
import { request } from './api.js';
import { h, show } from './dom.js';
import { field } from './form.js';
import { decision, pretty } from './format.js';
import { problemPanel } from './problem.js';
import { link } from './router.js';
import { may } from './session.js';

/** Asks for a client and its secret, and then only says which client it is. */
export function credentialsCard(state, role, title, hint) {
  const holder = h('section.card.stack');
  ask();
  return holder;

  function ask() {
    delete state.credentials[role];
    show(holder, h('h2', title), h('div.row',
      field({ label: 'Client', name: `${role}-id`, hint }),
      field({
        label: 'Its secret',
        name: `${role}-secret`,
        type: 'password',
        autocomplete: 'off',
        hint: 'Kept in this page’s memory until you leave it.',
      })));
    state.holders = {
      ...state.holders,
      [role]: () => show(
        holder,
        h(
          'div.section-head',
          h('h2', `${title}: ${state.credentials[role].id}`),
          h('button.small', { type: 'button', onclick: ask }, 'Another'),
        ),
      ),
    };
  }
}

export function takeCredentials(state, role, data) {
  if (!state.credentials[role]) {
    state.credentials[role] = { id: data.get(`${role}-id`).trim(), secret: data.get(`${role}-secret`).trim() };
    state.holders[role]();
  }
  return state.credentials[role];
}

/** One request as a client, shown with its answer. @returns the answer, or `null` where it was refused. */
export async function exchange(state, steps, title, path, body, { id, secret }) {
  const card = h(
    'section.card.stack',
    h('h2', title),
    h(
      'details',
      { open: true },
      h('summary', 'Request'),
      h('pre', `POST ${path}\nAuthorization: Basic (${id} and its secret)\n\n${pretty(withoutToken(body))}`),
    ),
  );
  const answer = h('div.stack');
  card.append(answer);
  steps.append(card);
  try {
    const { value, status, requestID } = await request('POST', path, {
      body, credentials: 'omit', headers: {
        Authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
      },
    });
    show(
      answer,
      outcome(value),
      h(
        'details',
        { open: true },
        h('summary', `Answer, ${status}`),
        h('pre', value ? pretty(withoutToken(value)) : 'no content'),
      ),
      recordLink(state.tenant, requestID),
    );
    return value;
  } catch (problem) {
    show(answer, problemPanel(problem), recordLink(state.tenant, problem.requestID));
    return null;
  }
}

const recordLink = (tenant, requestID) => requestID && may('read_audit', tenant) && h(
  'p',
  h('a', { href: link([tenant, 'audit'], { request_id: requestID }) }, 'Its audit record'),
);

function outcome(value) {
  if (value?.access_token) return h(
    'details',
    h('summary', 'Look into the token'),
    h('pre', pretty(claims(value.access_token))),
  );
  return value?.decision ? h(
    'p',
    decision(value.decision),
    value.error && [' ', h('code', value.error.code), ` ${value.error.message}`],
  ) : null;
}

/** A token is good for a minute: not one to leave on a screen. */
const withoutToken = (value) => Object.fromEntries(
  Object.entries(value).map(
    ([name, data]) => [name, name === 'access_token' || name === 'token' ? `${data.slice(0, 12)}…` : data],
  ),
);

function claims(token) {
  const [header, payload] = token.split('.').slice(0, 2).map((part) => {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  });
  return { header, claims: payload };
}
