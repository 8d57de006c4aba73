// Calls, refusals and latency of a span of time, drawn from audit records.
import { shareBar, stackedBars } from './chart.js';
import { h } from './dom.js';
import { code, microseconds, number, plural } from './format.js';
import { link } from './router.js';

const SERIES = [['execute', 'good'], ['replay', 'calm'], ['deny', 'deny']];

/** @param span `{ milliseconds, buckets }`, up to now. */
export function pictures(tenant, span, records) {
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
