// Calls and refusals of a span of time, and how long the newest of them took.
import { shareBar, stackedBars } from './chart.js';
import { h } from './dom.js';
import { code, microseconds, number, plural } from './format.js';
import { link } from './router.js';

const SERIES = [['execute', 'good'], ['replay', 'calm'], ['deny', 'deny']];
const SHOWN = 8;
const MINUTE_MILLISECONDS = 60_000;

/**
 * @param span `{ minutes, buckets }`, up to now.
 * @param activity what the server counted: `{ minutes, codes }`.
 * @param newest the newest audit records.
 */
export function pictures(tenant, span, activity, newest) {
  const sum = (decision) => activity.minutes.reduce((total, one) => total + one[decision], 0);
  const [executed, replayed, denied] = ['execute', 'replay', 'deny'].map(sum);
  const took = (event) => newest.filter(
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
        'newest verifications, median / 99th percentile',
      ), figure(latency(took('mint')), 'newest mints, median / 99th percentile')),
    h('section.card', h('div.section-head', h('h2', 'Calls by decision')),
      stackedBars({
        buckets: buckets(span, activity.minutes),
        series: SERIES,
        label: `${plural(executed + replayed + denied, 'call')}: ${executed} executed, ${denied} refused`,
        width: chartWidth(),
      })),
    h('div.columns', refusalCard(tenant, activity.codes.slice(0, SHOWN)), connectorCard(tenant, newest)),
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

function buckets(span, minutes) {
  const width = (span.minutes / span.buckets) * MINUTE_MILLISECONDS;
  const end = Math.ceil(Date.now() / width) * width;
  const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
  const list = Array.from(
    { length: span.buckets },
    (_, index) => ({ label: clock.format(new Date(end - (span.buckets - index) * width)), values: {} }),
  );
  for (const one of minutes) {
    const bucket = list[span.buckets - Math.ceil((end - Date.parse(one.time)) / width)];
    if (bucket) for (const [decision] of SERIES) bucket.values[decision] = (bucket.values[decision] ?? 0) + one[decision];
  }
  return list;
}

function refusalCard(tenant, codes) {
  const most = codes[0]?.count ?? 1;
  return h('section.card', h('h2', 'Refusals by code'), codes.length === 0 ? h('p.muted', 'None.')
    : h('ul.bars', codes.map((one) => h('li', h(
      'a',
      { href: link([tenant, 'audit'], { code: one.code }) },
      code(one.code),
    ), h('span', number(one.count)),
      shareBar(one.count / most)))));
}

function connectorCard(tenant, newest) {
  const calls = newest.filter((one) => one.event === 'verify' && one.connector);
  const counts = Object.entries(
    Object.groupBy(calls, (one) => one.connector),
  ).map(([name, list]) => [name, list.length]).sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  const most = counts[0]?.[1] ?? 1;
  return h('section.card', h('h2', 'Newest calls by connector'), counts.length === 0 ? h(
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
