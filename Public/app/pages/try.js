// Trying a call for real: mint as a gateway, verify as an MCP server, and see what was asked and answered.
import { all, get, inTenant } from '../api.js';
import { argumentsForm } from '../arguments-form.js';
import { h, show } from '../dom.js';
import { credentialsCard, exchange, takeCredentials } from '../exchange.js';
import { field, form, Mistake } from '../form.js';
import { effect } from '../format.js';
import { empty } from '../list.js';
import { problemPanel } from '../problem.js';
import { schemaView } from '../schema.js';
import { frame } from '../shell.js';
import { namesOf, suggestedField } from '../suggest.js';

export default async function tryIt({ tenant, query, signal }) {
  const [{ items: [first] }, environments] = await Promise.all([
    get(inTenant(tenant, 'connectors'), { limit: 1 }, signal), all(inTenant(tenant, 'environments'), {}, signal),
  ]);
  if (!first || environments.length === 0) {
    return frame(
      'Try it',
      {},
      empty('Nothing to try yet', 'Register a connector and deploy it in an environment first.'),
    );
  }
  const connector = query.connector ? await get(inTenant(tenant, 'connectors', query.connector), {}, signal) : first;
  const state = { tenant, connector, credentials: {} };
  const steps = h('div.flow', { 'aria-live': 'polite' });
  return frame('Try it', { intro: 'A token is minted and verified as gateway and MCP server would.' },
    h(
      'p.note.warn',
      h('strong', 'This acts for real.'),
      ' The token is good, the verification uses it up and claims the idempotency key, and both are on record under the clients whose secrets you give. The tool itself is not run.',
    ),
    callForm(state, query, environments, steps, signal), steps);
}

function callForm(state, query, environments, steps, signal) {
  const { tenant } = state;
  const about = h('div.stack');
  const connectorField = suggestedField({
    label: 'Connector',
    name: 'connector',
    value: state.connector.id,
    names: namesOf(inTenant(tenant, 'connectors')),
    signal,
    onchange: (event) => choose(event.target.value.trim()),
  });
  const toolField = h('div.field');
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

  async function choose(id) {
    try {
      state.connector = await get(inTenant(tenant, 'connectors', id), {}, signal);
      drawTools();
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      state.connector = { id, tools: [] };
      drawTools();
      show(about, problemPanel(problem));
    }
  }

  function drawTools() {
    const choice = field({
      label: 'Tool',
      name: 'tool',
      type: 'select',
      options: state.connector.tools.map((one) => one.name),
      value: query.tool,
      onchange: drawArguments,
    });
    show(toolField, [...choice.childNodes]);
    drawArguments();
  }

  function drawArguments() {
    const name = toolField.querySelector('select')?.value;
    const tool = state.connector.tools.find((one) => one.name === name);
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
      }, connector: state.connector.id, environment: data.get('environment'),
      tool: data.get('tool'), arguments: values.value(), ...(data.get('txn').trim() && { txn: data.get('txn').trim() }),
    };
    const credentials = takeCredentials(state, 'gateway', data);
    show(steps);
    const minted = await exchange(state, steps, 'Mint', '/v1/call-tokens', body, credentials);
    if (minted) steps.append(verifyCard(state, steps, body, minted.access_token));
  }
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
