// Trying a call for real: mint as a gateway, verify as an MCP server, and see what was asked and answered.
import { all, inTenant, request } from '../api.js';
import { argumentsForm } from '../arguments-form.js';
import { h, show } from '../dom.js';
import { field, form, Mistake } from '../form.js';
import { decision, effect, pretty } from '../format.js';
import { empty } from '../list.js';
import { problemPanel } from '../problem.js';
import { link } from '../router.js';
import { schemaView } from '../schema.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function tryIt({ tenant, query, signal }) {
  const [connectors, environments] = await Promise.all([
    all(inTenant(tenant, 'connectors'), {}, signal), all(inTenant(tenant, 'environments'), {}, signal),
  ]);
  if (connectors.length === 0 || environments.length === 0) {
    return frame(
      'Try it',
      {},
      empty('Nothing to try yet', 'Register a connector and deploy it in an environment first.'),
    );
  }
  const state = { tenant, connectors, credentials: {} };
  const steps = h('div.flow', { 'aria-live': 'polite' });
  return frame('Try it', { intro: 'A token is minted and verified as gateway and MCP server would.' },
    h(
      'p.note.warn',
      h('strong', 'This acts for real.'),
      ' The token is good, the verification uses it up and claims the idempotency key, and both are on record under the clients whose secrets you give. The tool itself is not run.',
    ),
    callForm(state, query, environments, steps), steps);
}

function callForm(state, query, environments, steps) {
  const { connectors } = state;
  const about = h('div.stack');
  const connectorField = field({
    label: 'Connector',
    name: 'connector',
    type: 'select',
    options: connectors.map((one) => one.id),
    value: query.connector,
    onchange: drawTools,
  });
  const toolField = h('div.field');
  const tools = () => connectors.find((one) => one.id === connectorField.querySelector('select').value)?.tools ?? [];
  let values = null;
  drawTools();
  return form({ action: 'Mint', submit },
    h('section.card.stack', h('h2', 'The call'),
      h('div.row', connectorField,
        field({
          label: 'Environment',
          name: 'environment',
          type: 'select',
          options: environments.map((one) => one.id),
          value: query.environment ?? environments.at(-1).id,
        }), toolField),
      h('div.row',
        field({ label: 'Person', name: 'sub', value: query.sub ?? '', placeholder: 'alice' }),
        field({ label: 'Groups', name: 'groups', optional: true, placeholder: 'support, billing' }),
        field({ label: 'Transaction', name: 'txn', optional: true, hint: 'Finds all of it in the audit' })),
      about),
    credentialsCard(state, 'gateway', 'Gateway', 'The client that mints'));

  function drawTools() {
    const choice = field({
      label: 'Tool',
      name: 'tool',
      type: 'select',
      options: tools().map((one) => one.name),
      value: query.tool,
      onchange: drawArguments,
    });
    show(toolField, [...choice.childNodes]);
    drawArguments();
  }

  function drawArguments() {
    const name = toolField.querySelector('select')?.value;
    const tool = tools().find((one) => one.name === name);
    if (!tool) return show(about, h('p.muted', 'This connector has no tools.'));
    values = argumentsForm(tool.input_schema);
    show(
      about,
      h('p', effect(tool.effect), ' ', tool.description ?? ''),
      values.element,
      h('details', h('summary', 'Schema'), schemaView(tool.input_schema)),
    );
  }

  async function submit(data) {
    if (!data.get('tool')) throw new Mistake('Choose a tool.');
    const groups = data.get('groups').split(',').map((one) => one.trim()).filter(Boolean);
    const body = {
      actor: {
        sub: data.get('sub').trim(),
        ...(groups.length && { groups }),
      }, connector: data.get('connector'), environment: data.get('environment'),
      tool: data.get('tool'), arguments: values.value(), ...(data.get('txn').trim() && { txn: data.get('txn').trim() }),
    };
    const credentials = takeCredentials(state, 'gateway', data);
    show(steps);
    const minted = await exchange(state, steps, 'Mint', '/v1/call-tokens', body, credentials);
    if (minted) steps.append(verifyCard(state, steps, body, minted.access_token));
  }
}

// The secrets of clients: typed once, kept in this page's memory, never in the page itself.

function credentialsCard(state, role, title, hint) {
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

function takeCredentials(state, role, data) {
  if (!state.credentials[role]) {
    state.credentials[role] = { id: data.get(`${role}-id`).trim(), secret: data.get(`${role}-secret`).trim() };
    state.holders[role]();
  }
  return state.credentials[role];
}

/** One request as a client, shown with its answer. @returns the answer, or `null` where it was refused. */
async function exchange(state, steps, title, path, body, { id, secret }) {
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

function verifyCard(state, steps, call, token) {
  return form(
    { action: 'Verify', submit },
    credentialsCard(state, 'server', 'MCP server', 'The client that verifies for this deployment'),
  );

  async function submit(data) {
    const credentials = takeCredentials(state, 'server', data);
    const body = { token, tool: call.tool, arguments: call.arguments, environment: call.environment };
    const verified = await exchange(state, steps, 'Verify', '/v1/verify', body, credentials);
    if (verified?.decision === 'execute') steps.append(reportButton(state, steps, verified.call_id, credentials));
  }
}

function reportButton(state, steps, callID, credentials) {
  const button = h('button', { type: 'button', onclick: report }, 'Report that it was not run');
  return h(
    'p.actions',
    button,
    h(
      'span.hint',
      'Else its key stays claimed until the lease is over, and a retry is told that the outcome is unknown.',
    ),
  );

  async function report() {
    button.disabled = true;
    await exchange(
      state,
      steps,
      'Outcome',
      `/v1/calls/${encodeURIComponent(callID)}/outcome`,
      { ok: false, error: { code: 'TRIED_ONLY', message: 'This was a try; the tool was not run.' } },
      credentials,
    );
  }
}
