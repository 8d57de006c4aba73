// One call that waits: its arguments as they will be executed, and the decision.
import { get, inTenant, post } from '../api.js';
import { formDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field } from '../form.js';
import { code, effect, pretty, time } from '../format.js';
import { link } from '../router.js';
import { may, session } from '../session.js';
import { frame } from '../shell.js';
import { stateBadge } from './approvals.js';

export default async function approval({ tenant, id, signal, redraw }) {
  const path = (...rest) => inTenant(tenant, 'approvals', id, ...rest);
  const one = await get(path(), {}, signal);
  const connector = await get(inTenant(tenant, 'connectors', one.connector), {}, signal).catch(() => null);
  const tool = connector?.tools.find((candidate) => candidate.name === one.tool);
  const isOwn = isMine(one.actor, tenant);
  const canDecide = one.state === 'pending' && may('decide_approvals', tenant) && !isOwn;
  return frame(`${one.tool} for ${one.actor.sub}`, {
    trail: h('a', { href: link([tenant, 'approvals']) }, 'Approvals'),
    actions: canDecide && [
      h('button', { type: 'button', onclick: () => decide('reject') }, 'Reject'),
      h('button.primary', { type: 'button', onclick: () => decide('approve') }, 'Approve'),
    ],
  },
  one.state === 'pending' && isOwn && h('p.note.warn', 'This is your own request: someone else has to decide it.'),
  h('section.card', h('h2', 'What would be executed'),
    one.arguments === undefined ? h('p.muted', 'The arguments are not kept any more.') : argumentTable(one.arguments)),
  h('section.card', h('h2', 'The request'), h('dl.facts',
    h('dt', 'State'), h('dd', stateBadge(one.state)),
    h('dt', 'Because'), h('dd', code(one.cause.code), ` ${one.cause.message}`),
    h('dt', 'Person'), h(
      'dd',
      h('a', { href: link([tenant, 'who'], { subject: `user:${one.actor.sub}` }) }, one.actor.sub),
    ),
    one.actor.act && [h('dt', 'Acting for them'), h('dd', String(one.actor.act.sub))],
    h('dt', 'Client'), h('dd', one.client_id),
    h('dt', 'At'), h(
      'dd',
      h('a', { href: link([tenant, 'connectors', one.connector]) }, `${one.connector}@${one.environment}`),
    ),
    h('dt', 'Tool'), h(
      'dd',
      code(one.tool),
      ' ',
      tool && effect(tool.effect),
      tool?.description && [' ', tool.description],
    ),
    h('dt', 'Asked'), h('dd', time(one.requested_at)), h('dt', 'Good until'), h('dd', time(one.expires_at)),
    h('dt', 'Digest'), h('dd', code(one.args_sha256)),
    one.decision && [h('dt', 'Decided'), h('dd', time(one.decision.time), ` by ${one.decision.author}`),
      h('dt', 'Reason'), h('dd', one.decision.reason)])));

  async function decide(verdict) {
    const isApproval = verdict === 'approve';
    const isDone = await formDialog({
      title: `${isApproval ? 'Approve' : 'Reject'} ${one.tool} for ${one.actor.sub}?`, action: isApproval ? 'Approve' : 'Reject', danger: !isApproval,
      body: [
        h(
          'p',
          isApproval ? 'It may then be executed once, with exactly these arguments.' : 'It will not be executed; the agent is told so.',
        ),
        one.arguments !== undefined && argumentTable(one.arguments),
        field({ label: 'Reason', name: 'reason', type: 'textarea', rows: 2, hint: 'For the audit' }),
      ],
      submit: (data) => post(path(verdict), { reason: data.get('reason').trim() }),
    });
    if (isDone) redraw();
  }
}

function isMine(actor, tenant) {
  const { account } = session();
  const mine = new Set([account.subject, account.tenant === tenant && account.username].filter(Boolean));
  for (let one = actor; one; one = one.act) if (mine.has(one.sub)) return true;
  return false;
}

function argumentTable(values) {
  const entries = Object.entries(values);
  if (entries.length === 0) return h('p.muted', 'No arguments.');
  return h(
    'dl.facts',
    entries.map(
      ([name, value]) => [h('dt', code(name)), h('dd', typeof value === 'string' ? value : h('pre', pretty(value)))],
    ),
  );
}
