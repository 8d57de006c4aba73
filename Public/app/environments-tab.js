// A connector's environments: which tool is allowed where, as switches, and what each deployment says.
import { all, getTagged, inTenant, put } from './api.js';
import { confirmDialog, formDialog } from './dialog.js';
import { h } from './dom.js';
import { field, Mistake } from './form.js';
import { code, effect, plural, pretty, scopes, seconds } from './format.js';
import { empty } from './list.js';
import { link } from './router.js';
import { rules } from './schema.js';

export async function environmentsTab(page) {
  const { tenant, name, registered, signal } = page;
  const [environments, found] = await Promise.all([
    all(inTenant(tenant, 'environments'), {}, signal), all(inTenant(tenant, 'deployments'), { q: `${name}@` }, signal),
  ]);
  const deployments = new Map(found.filter((one) => one.server === name).map((one) => [one.environment, one]));
  if (environments.length === 0) {
    return empty('No environments yet', 'A connector is deployed into an environment. Make one first, such as dev or prod.',
      page.canChange && h('a.button.primary', { href: link([tenant, 'environments']) }, 'Environments'));
  }
  return [
    registered.tools.length > 0 && deployments.size > 0 && h(
      'section',
      matrix(page, environments.filter((one) => deployments.has(one.id)), deployments),
    ),
    h(
      'div.columns',
      environments.map((environment) => deploymentCard(page, environment, deployments.get(environment.id))),
    ),
  ];
}

function matrix(page, environments, deployments) {
  return h('div.table-wrap', h('table.matrix',
    h('caption.unseen', 'Which tool is allowed in which environment'),
    h(
      'thead',
      h(
        'tr',
        h('th', { scope: 'col' }, 'Tool'),
        environments.map((one) => h('th', { scope: 'col' }, one.id, one.protected && ' (protected)')),
      ),
    ),
    h('tbody', page.registered.tools.map((tool) => h('tr',
      h('th', { scope: 'row' }, h('div.cell', code(tool.name), effect(tool.effect))),
      environments.map((one) => h('td', h('div.cell', allowSwitch(page, tool, deployments.get(one.id))))))))));
}

/** Without an allow-list of its own, a deployment allows what only reads. */
export function allowed(deployment, registered) {
  return deployment.tools_allow ?? registered.tools.filter(
    (tool) => tool.effect === 'read' && hasScopes(deployment, tool),
  ).map((tool) => tool.name);
}

const missingScopes = (deployment, tool) => (tool.scopes ?? []).filter(
  (scope) => !deployment.auth.scopes.includes(scope),
);
const hasScopes = (deployment, tool) => missingScopes(deployment, tool).length === 0;

function allowSwitch(page, tool, deployment) {
  const isOn = allowed(deployment, page.registered).includes(tool.name);
  const missing = missingScopes(deployment, tool);
  const label = `${tool.name} in ${deployment.environment}`;
  const notes = [
    missing.length > 0 && h('span.why', `needs ${missing.join(', ')}`),
    deployment.tools_allow === undefined && isOn && h('span.from-default', 'by default'),
  ];
  if (!page.canChange) return [h('span', isOn ? 'allowed' : '—'), notes];
  const risky = tool.effect === 'destructive' ? '.risky' : '';
  return [h(`button.switch${risky}`, {
    type: 'button', role: 'switch', 'aria-checked': String(isOn), 'aria-label': label, onclick: () => flip(
      page,
      tool,
      deployment,
      isOn,
    ),
  }), notes];
}

async function flip(page, tool, deployment, isOn) {
  const done = isOn ? await forbid(page, tool, deployment) : await allow(page, tool, deployment);
  if (done) page.redraw();
}

const at = (deployment) => `${deployment.server}@${deployment.environment}`;

async function forbid(page, tool, deployment) {
  return formDialog({
    title: `Stop ${tool.name} in ${deployment.environment}?`, action: 'Stop allowing it',
    body: h('p', 'From then on every call of it is refused here, also with tokens that were minted before.'),
    submit: () => change(page, deployment, (list) => list.filter((one) => one !== tool.name)),
  });
}

async function allow(page, tool, deployment) {
  const missing = missingScopes(deployment, tool);
  const where = `${tool.name} in ${deployment.environment}`;
  const first = await formDialog({
    title: `Allow ${where}?`, action: tool.effect === 'destructive' ? 'Go on' : 'Allow it',
    body: [
      h(
        'p',
        'Whoever has a grant that covers it can then have it called: ',
        h('strong', tool.description ?? tool.name),
      ),
      missing.length > 0 && h(
        'p.note.warn',
        `This also adds to the scopes of ${at(deployment)}: ${missing.join(', ')}.`,
      ),
    ],
    submit: () => tool.effect === 'destructive' || change(page, deployment, (list) => [...list, tool.name], missing),
  });
  if (!first || tool.effect !== 'destructive') return first;
  return confirmDialog({
    title: `${tool.name} destroys. Allow it in ${deployment.environment}?`, action: `Allow ${tool.name}`,
    body: [
      h(
        'p',
        'What such a call removes, Hallpass cannot bring back. Consider a constraint, or a grant for few people, before this.',
      ),
      field({ label: `Type ${tool.name} to go on`, name: 'typed' }),
    ],
    submit: (data) => {
      if (data.get('typed') !== tool.name) throw new Mistake(`What you typed is not ${tool.name}.`);
      return change(page, deployment, (list) => [...list, tool.name], missing);
    },
  });
}

/** Reads the deployment again first, so that what someone else changed meanwhile is changed further and not undone. */
async function change(page, deployment, edit, moreScopes = []) {
  const path = inTenant(page.tenant, 'deployments', at(deployment));
  const { document, tag } = await getTagged(path);
  document.tools_allow = edit(allowed(document, page.registered));
  document.auth.scopes = [...new Set([...document.auth.scopes, ...moreScopes])];
  return put(path, document, tag);
}

function deploymentCard(page, environment, deployment) {
  const name = `${page.name}@${environment.id}`;
  const address = link([page.tenant, 'deployments', name]);
  const head = h('div.section-head', h(
    'h2',
    environment.id,
    environment.protected && [' ', h('span.badge.state-warn', 'protected')],
  ),
    page.canChange && h('a', { href: address }, deployment ? 'Edit' : 'Deploy here'));
  if (!deployment) return h('section.card', head, h('p.muted', 'Not deployed: no token names this connector here.'));
  const { auth } = deployment;
  return h('section.card', head, h('dl.facts',
    h('dt', 'Backend'), h('dd', code(auth.mode)),
    h('dt', 'Scopes'), h('dd', scopes(auth.scopes)),
    auth.session_scopes?.length > 0 && [h('dt', 'Session scopes'), h('dd', scopes(auth.session_scopes))],
    h('dt', 'Token lifetime'), h('dd', `at most ${seconds(auth.token_ttl_seconds)}`),
    h('dt', 'Allow-list'), h(
      'dd',
      deployment.tools_allow ? plural(deployment.tools_allow.length, 'tool') : 'default: tools that read',
    ),
    deployment.idempotency && [h('dt', 'Keys kept'), h('dd', seconds(deployment.idempotency.retention_seconds)),
      h('dt', 'Lease'), h('dd', seconds(deployment.idempotency.lease_seconds))],
    deployment.limits && [h('dt', 'Limits'), h('dd', limits(deployment.limits))],
    deployment.approval && [h('dt', 'Approval'), h('dd', approval(deployment.approval))],
    h('dt', 'Constraints'), h(
      'dd',
      deployment.constraints?.length ? deployment.constraints.map(constraint) : h('span.muted', 'none'),
    )));
}

const rate = ({ calls, seconds: span }) => `${plural(calls, 'call')} in ${seconds(span)}`;

function limits({ deployment, actor, tools = {} }) {
  return h('div',
    deployment && h('div', `${rate(deployment)}, by all`), actor && h('div', `${rate(actor)}, for each person`),
    Object.entries(tools).map(([tool, one]) => h('div', code(tool), ` ${rate(one)}`)));
}

const approval = ({ tools = [], expires_in_seconds: span }) =>
  [
    tools.length ? tools.map((tool, index) => [index > 0 && ', ', code(tool)]) : 'where a rule asks for it',
    span !== undefined && `, good for ${seconds(span)}`,
  ];

function constraint({ tool, schema, when_violated: refusal }) {
  const said = Object.entries(schema?.properties ?? {}).map(
    ([name, property]) => `${name}: ${rules(property).join(', ')}`,
  );
  return h('details', h('summary', code(tool), ' ', said.join('; ') || 'as its schema says'),
    h('p', 'Else ', code(refusal.code), `: ${refusal.message}`), h('pre', pretty(schema)));
}
