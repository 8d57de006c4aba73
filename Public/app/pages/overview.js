// What happens now: calls by decision, refusals, latency, and what needs someone. Drawn from the audit, again every few seconds.
import { get, inTenant } from '../api.js';
import { shareBar, stackedBars } from '../chart.js';
import { h, show } from '../dom.js';
import { code, microseconds, number, plural, time } from '../format.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

const SPANS = {
  hour: { name: 'Last hour', milliseconds: 3_600_000, buckets: 60 },
  day: { name: 'Last day', milliseconds: 86_400_000, buckets: 48 },
};
const SERIES = [['execute', 'good'], ['replay', 'calm'], ['deny', 'deny']];
const REFRESH_MILLISECONDS = 10_000;
// A page that nobody looks at must not keep its session alive.
const UNATTENDED_MILLISECONDS = 10 * 60_000;
// What is read at most when the page opens: enough to see, little enough to open at once. The page says when it is not all.
const RECORDS = 3_000;

export default async function overview({ tenant, query, signal }) {
  const span = SPANS[query.span] ? query.span : 'hour';
  const head = frame('Overview', { intro: may('read_audit', tenant) && tabs(tenant, span) });
  const attention = h('div');
  const parts = [head, attention];
  if (may('read_registry', tenant)) showAttention(attention, tenant, signal);
  if (may('read_audit', tenant)) parts.push(await live(tenant, SPANS[span], signal));
  else if (may('read_registry', tenant)) parts.push(await registryFigures(tenant, signal));
  return parts;
}

const tabs = (tenant, span) => Object.entries(SPANS).map(([id, { name }], index) =>
  [
    index > 0 && ' · ',
    id === span ? h('strong', name) : h('a', { href: link([tenant], { span: id === 'hour' ? '' : id }) }, name),
  ]);

// What needs someone

async function showAttention(holder, tenant, signal) {
  const since = new Date(Date.now() - SPANS.day.milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
  const found = await Promise.all([
    may('read_audit', tenant) && recorded(
      tenant,
      { code: 'token_not_issued', since },
      signal,
      'A token with a good signature that was never issued: a signing key may have leaked.',
    ),
    may('read_approvals', tenant) && pendingApprovals(tenant, signal),
  ].filter(Boolean).map((one) => one.catch(() => null)));
  const items = found.filter(Boolean);
  if (signal.aborted || items.length === 0) return;
  show(holder, h('section.card', h('h2', 'Needs someone'), h('ul.attention', items.map((one) => h('li', one)))));
}

async function recorded(tenant, query, signal, text) {
  const { items } = await get(inTenant(tenant, 'audit'), { ...query, limit: 1 }, signal);
  return items.length > 0 && [
    h('span.badge.state-bad', 'alarm'),
    ' ',
    h('a', { href: link([tenant, 'audit'], query) }, text),
  ];
}

async function pendingApprovals(tenant, signal) {
  const { items, next_cursor: isMore } = await get(
    inTenant(tenant, 'approvals'),
    { state: 'pending', limit: 50 },
    signal,
  );
  return items.length > 0 && [
    h('span.badge.state-warn', 'waiting'),
    ' ',
    h(
      'a',
      { href: link([tenant, 'approvals']) },
      isMore ? 'More than 50 approvals to decide' : `${plural(items.length, 'approval')} to decide`,
    ),
  ];
}

// From the audit

async function live(tenant, span, signal) {
  const records = new Map();
  const holder = h('div.flow');
  const status = h('p.list-foot', { role: 'status' });
  await refresh(tenant, span, records, signal);
  let updated = Date.now();
  let attended = Date.now();
  for (const event of ['pointermove', 'keydown']) window.addEventListener(
    event,
    () => { attended = Date.now(); },
    { signal, passive: true },
  );
  redraw();
  const timer = setInterval(async () => {
    if (document.hidden) return;
    if (Date.now() - attended > UNATTENDED_MILLISECONDS) {
      show(
        status,
        h('span.badge', 'paused'),
        ' Nobody moved here for a while; what is shown is from ',
        time(new Date(updated).toISOString()),
        '.',
      );
      return;
    }
    try {
      await refresh(tenant, span, records, signal);
      updated = Date.now();
      redraw();
    } catch (problem) {
      if (problem.name !== 'AbortError') show(
        status,
        h('span.badge.state-warn', 'stale'),
        ' The server did not answer; what is shown is from ',
        time(new Date(updated).toISOString()),
        '.',
      );
    }
  }, REFRESH_MILLISECONDS);
  signal.addEventListener('abort', () => clearInterval(timer));
  return h('div', holder, status);

  function redraw() {
    const since = Date.now() - span.milliseconds;
    for (const [seq, one] of records) if (Date.parse(one.time) < since) records.delete(seq);
    const all = [...records.values()].sort((a, b) => a.seq - b.seq);
    show(holder, pictures(tenant, span, all));
    show(
      status,
      records.isPartial && all.length > 0 ? [
        'Drawn from the newest ',
        plural(all.length, 'record'),
        ', back to ',
        time(all[0].time),
        '. ',
      ] : '',
      'Updated ',
      time(new Date(updated).toISOString()),
      '.',
    );
  }
}

/** Reads what is new since the last time, newest first, until something known or too much. */
async function refresh(tenant, span, records, signal) {
  const since = new Date(Date.now() - span.milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
  let cursor;
  let read = 0;
  do {
    const page = await get(inTenant(tenant, 'audit'), { since, limit: 500, cursor }, signal);
    const fresh = page.items.filter((one) => !records.has(one.seq));
    for (const one of fresh) records.set(one.seq, one);
    read += page.items.length;
    cursor = fresh.length === page.items.length ? page.next_cursor : undefined;
  } while (cursor && read < RECORDS);
  if (cursor) records.isPartial = true;
}

function pictures(tenant, span, records) {
  const calls = records.filter((one) => one.event === 'verify');
  const refusals = records.filter((one) => one.decision === 'deny' && one.code);
  const executed = calls.filter((one) => one.decision === 'execute').length;
  const denied = calls.filter((one) => one.decision === 'deny').length;
  const took = (event) => records.filter(
    (one) => one.event === event && one.duration_us !== undefined,
  ).map((one) => one.duration_us).sort((a, b) => a - b);
  return [
    h('div.figures',
      figure(number(executed), 'calls executed', { decision: 'execute' }, tenant), figure(
        number(denied),
        'calls refused',
        { decision: 'deny', event: 'verify' },
        tenant,
      ),
      figure(
        latency(took('verify')),
        'verify, median / 99th percentile',
      ), figure(latency(took('mint')), 'mint, median / 99th percentile')),
    h('section.card', h('div.section-head', h('h2', 'Calls by decision')),
      stackedBars({
        buckets: buckets(span, calls),
        series: SERIES,
        label: `${plural(calls.length, 'call')}: ${executed} executed, ${denied} refused`,
        width: chartWidth(),
      })),
    h('div.columns', refusalCard(tenant, refusals), activityCard(tenant, records)),
  ];
}

const chartWidth = () => Math.max(240, (document.getElementById('main')?.clientWidth ?? 800) - 100);

function figure(value, text, query, tenant) {
  const content = [h('strong', value), h('span', text)];
  return query ? h('a.figure', { href: link([tenant, 'audit'], query) }, content) : h('div.figure', content);
}

function latency(sorted) {
  if (sorted.length === 0) return '—';
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return `${microseconds(at(0.5))} / ${microseconds(at(0.99))}`;
}

function buckets(span, calls) {
  const width = span.milliseconds / span.buckets;
  const end = Math.ceil(Date.now() / width) * width;
  const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
  const list = Array.from(
    { length: span.buckets },
    (_, index) => ({ label: clock.format(new Date(end - (span.buckets - index) * width)), values: {} }),
  );
  for (const one of calls) {
    const index = span.buckets - Math.ceil((end - Date.parse(one.time)) / width);
    if (list[index]) list[index].values[one.decision] = (list[index].values[one.decision] ?? 0) + 1;
  }
  return list;
}

function refusalCard(tenant, refusals) {
  const counts = Object.entries(
    Object.groupBy(refusals, (one) => one.code),
  ).map(([name, list]) => [name, list.length]).sort((a, b) => b[1] - a[1]).slice(0, 8);
  const most = counts[0]?.[1] ?? 1;
  return h('section.card', h('h2', 'Refusals by code'), counts.length === 0 ? h('p.muted', 'None.')
    : h('ul.bars', counts.map(([name, count]) => h('li', h(
      'a',
      { href: link([tenant, 'audit'], { code: name }) },
      code(name),
    ), h('span', number(count)),
      shareBar(count / most)))));
}

function activityCard(tenant, records) {
  const counts = Object.entries(
    Object.groupBy(records.filter((one) => one.event === 'verify' && one.connector), (one) => one.connector),
  ).map(([name, list]) => [name, list.length]).sort((a, b) => b[1] - a[1]).slice(0, 8);
  const most = counts[0]?.[1] ?? 1;
  return h('section.card', h('h2', 'Calls by connector'), counts.length === 0 ? h(
    'p.muted',
    'None yet. Once an MCP server verifies its first call, it shows here.',
  )
    : h('ul.bars', counts.map(([name, count]) => h('li', h(
      'a',
      { href: link([tenant, 'connectors', name], { tab: 'activity' }) },
      name,
    ), h('span', number(count)),
      shareBar(count / most)))));
}

// For those who may not read the audit

async function registryFigures(tenant, signal) {
  const kinds = [
    ['connectors', 'connectors'],
    ['deployments', 'deployments'],
    ['grants', 'grants'],
    ['clients', 'clients'],
  ];
  const counts = await Promise.all(kinds.map(async ([kind]) => {
    const { items, next_cursor: isMore } = await get(inTenant(tenant, kind), { limit: 500 }, signal);
    return isMore ? '500 or more' : number(items.length);
  }));
  return [h('div.figures', kinds.map(([kind, name], index) => {
    const content = [h('strong', counts[index]), h('span', name)];
    return kind === 'deployments' ? h('div.figure', content) : h('a.figure', { href: link([tenant, kind]) }, content);
  })), h('p.muted', 'Calls and refusals are drawn from the audit, which your roles do not include.')];
}
