// One audit record: what was decided and which check said so, what happened around it, how to ask for it elsewhere.
import { get, inTenant, page } from '../api.js';
import { auditColumns } from '../audit-table.js';
import { CHECKS } from '../checks.js';
import { copyTextButton, copyable } from '../copy.js';
import { h, show } from '../dom.js';
import { code, decision, microseconds, pretty, time } from '../format.js';
import { empty, table } from '../list.js';
import { problemPanel } from '../problem.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { curl } from './audit.js';

const LABELS = {
  sub: 'Person', act: 'Acting for them', client_id: 'Client', admin: 'Admin', address: 'From', connector: 'Connector', environment: 'Environment', tool: 'Tool', scope: 'Scopes',
  args_sha256: 'Arguments’ digest', jti: 'Token id', token_kind: 'Token', call_id: 'Call', txn: 'Transaction', request_id: 'Request', duration_us: 'Took',
  target: 'About', revision: 'Revision', count: 'Touched', reason: 'Reason', seq: 'Place in the chain', time: 'Time',
};
const SAID = new Set(['tenant', 'event', 'decision', 'code', 'check', 'hash']);

export default async function record({ tenant, sequence, signal }) {
  const number = Number(sequence);
  const path = inTenant(tenant, 'audit', 'chain');
  const { items: [item], trimmed } = await get(path, { after: Math.max(0, number - 1), limit: 1 }, signal);
  if (!item || item.seq !== number) {
    return frame(
      `Record ${sequence}`,
      { trail: h('a', { href: link([tenant, 'audit']) }, 'Audit') },
      empty('There is no such record', number <= (trimmed?.checkpoint.seq ?? 0)
        ? `It was trimmed: what is kept begins after record ${trimmed.checkpoint.seq}. A copy of it may be where the audit is exported to.`
        : 'The chain ends before it, or the address was copied wrongly.'),
    );
  }
  const one = JSON.parse(item.record);
  return frame(`${one.event.replaceAll('_', ' ')} ${one.tool ?? ''}`.trim(), {
    trail: [h('a', { href: link([tenant, 'audit']) }, 'Audit'), ` / ${number}`],
    actions: [
      number > 1 && h('a.button', { href: link([tenant, 'audit', String(number - 1)]) }, 'Before'),
      h('a.button', { href: link([tenant, 'audit', String(number + 1)]) }, 'After'),
      copyTextButton('Copy as curl', () => curl(path, { after: number - 1, limit: 1 })),
    ],
  },
  h('section.card', h('h2', 'Why'), why(tenant, one)),
  h('section.card', h('h2', 'The record'), facts(tenant, one, item)),
  cutOffs(tenant, one),
  neighbours(tenant, one, signal),
  h('section', h('details', h('summary', 'As it is on record'), h('pre', pretty(one)))));
}

function why(tenant, one) {
  const answer = h(
    'p',
    decision(one.decision),
    one.code && [' ', code(one.code)],
    one.check && [' by the check ', h('strong', one.check.replaceAll('_', ' '))],
  );
  const checks = CHECKS[one.event];
  const spoke = checks?.indexOf(one.check);
  const isRefused = one.decision === 'deny' || Boolean(one.check);
  if (!checks || (isRefused && spoke < 0)) return answer;
  return h('div.stack', answer, h('ol.checks', checks.map((check, index) => {
    const state = !isRefused || index < spoke ? 'passed' : index === spoke ? 'spoke' : 'not asked';
    return h(
      'li',
      { class: state === 'not asked' ? '' : state, title: state === 'spoke' ? 'refused' : state },
      check.replaceAll('_', ' '),
      h('span.unseen', state === 'spoke' ? ' refused' : ` ${state}`),
    );
  })));
}

function facts(tenant, one, item) {
  const names = [
    ...Object.keys(LABELS).filter((name) => name in one),
    ...Object.keys(one).filter((name) => !(name in LABELS) && !SAID.has(name)),
  ];
  return h('dl.facts', names.map(
    (name) => [h('dt', LABELS[name] ?? name.replaceAll('_', ' ')), h('dd', value(tenant, name, one[name]))],
  ),
    h('dt', 'Hash'), h('dd', copyable(item.hash)));
}

const SEARCHED = { sub: 'sub', client_id: 'client_id', request_id: 'request_id', jti: 'jti', txn: 'txn' };

function value(tenant, name, data) {
  if (name === 'time') return time(data, { precise: true });
  if (name === 'duration_us') return microseconds(data);
  if (name === 'act') return chain(data);
  if (name === 'connector') return h('a', { href: link([tenant, 'connectors', data]) }, data);
  if (name === 'revision') return h('a', { href: link([tenant, 'history', String(data)]) }, String(data));
  if (name in SEARCHED) return h(
    'span.copyable',
    h('a', { href: link([tenant, 'audit'], { [name]: data }), title: 'All records with this' }, code(String(data))),
  );
  return typeof data === 'object' ? code(JSON.stringify(data)) : String(data);
}

function chain(act) {
  const names = [];
  for (let one = act; one && names.length < 8; one = one.act) names.push(String(one.sub));
  return names.join(' for ');
}

/** From what is on record to ending it: the token, and whoever and whatever it was minted by and for. */
function cutOffs(tenant, one) {
  if (!may('revoke', tenant)) return null;
  const things = [
    ['this token', 'token', one.jti],
    ['this transaction', 'txn', one.txn],
    ['this person', 'actor', one.sub],
    ['this agent', 'agent', one.act?.sub],
    ['this client', 'client', one.client_id],
    ['this deployment', 'deployment', one.connector && one.environment && `${one.connector}@${one.environment}`],
  ].filter(([, , id]) => id);
  if (things.length === 0 || !(one.jti || one.sub)) return null;
  return h('section', h('p.actions', h('span.muted', 'Revoke'), things.map(
    ([text, dimension, id]) => h('a', { href: link([tenant, 'revocations'], { dimension, id }) }, text),
  )));
}

/** What shares the caller's transaction, or else the token; searched for while the record is there to be read. */
function neighbours(tenant, one, signal) {
  const [name, id] = one.txn ? ['txn', one.txn] : ['jti', one.jti];
  if (!id) return null;
  const holder = h('div', h('p.muted', 'Looking for what belongs to it…'));
  beside({ tenant, one, name, id, signal }).then((found) => show(holder, found)).catch((problem) => {
    if (problem.name !== 'AbortError') show(holder, problemPanel(problem));
  });
  return holder;
}

async function beside({ tenant, one, name, id, signal }) {
  const { items, next_cursor: isMore } = await page(inTenant(tenant, 'audit'), { [name]: id, limit: 50 }, signal);
  const others = items.filter((other) => other.seq !== one.seq);
  if (others.length === 0 && !isMore) return null;
  return h('section', h('div.section-head', h(
    'h2',
    name === 'txn' ? 'In the same transaction' : 'About the same token',
  ),
    isMore && h(
      'a',
      { href: link([tenant, 'audit'], { [name]: id }) },
      'All of them',
    )), table(auditColumns(tenant), others, { caption: 'Records beside this one' }));
}
