// What happens now: calls by decision, refusals, latency, and what needs someone. Drawn from the audit, again every few seconds.
import { attention } from '../attention.js';
import { get, inTenant } from '../api.js';
import { h, show } from '../dom.js';
import { number, plural, time } from '../format.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { pictures } from '../traffic.js';

const SPANS = {
  hour: { name: 'Last hour', milliseconds: 3_600_000, buckets: 60 },
  day: { name: 'Last day', milliseconds: 86_400_000, buckets: 48 },
};
const REFRESH_MILLISECONDS = 10_000;
const ATTENTION_MILLISECONDS = 60_000;
// A page that nobody looks at must not keep its session alive.
const UNATTENDED_MILLISECONDS = 10 * 60_000;
// What is read at most when the page opens: enough to see, little enough to open at once. The page says when it is not all.
const RECORDS = 3_000;
// And kept at most while it stays open.
const KEPT = 20_000;
// Records of one moment may be written in another order than their times; asked again from a little before the newest.
const OVERLAP_MILLISECONDS = 5_000;

export default async function overview({ tenant, query, signal }) {
  const span = query.span === 'day' ? 'day' : 'hour';
  const parts = [frame('Overview', { intro: may('read_audit', tenant) && tabs(tenant, span) }), needsSomeone(tenant, signal)];
  if (may('read_audit', tenant)) parts.push(await live(tenant, SPANS[span], signal));
  else if (may('read_registry', tenant)) parts.push(await registryFigures(tenant, signal));
  return parts;
}

const tabs = (tenant, span) => Object.entries(SPANS).map(([id, { name }], index) =>
  [
    index > 0 && ' · ',
    id === span ? h('strong', name) : h('a', { href: link([tenant], { span: id === 'hour' ? '' : id }) }, name),
  ]);

/** Asked beside the rest, so that a slow answer holds up nothing, and again each minute. */
function needsSomeone(tenant, signal) {
  const holder = h('div.flow');
  const ask = () => document.hidden || attention(tenant, signal, draw);
  ask();
  const timer = setInterval(ask, ATTENTION_MILLISECONDS);
  signal.addEventListener('abort', () => clearInterval(timer));
  return holder;

  function draw({ items, failed, isDone }) {
    // Asked again, what was there stays until all is known.
    if (!isDone && holder.dataset.done) return;
    if (isDone) holder.dataset.done = 'true';
    show(holder, h('section.card', h('h2', 'Needs someone'),
      items.length > 0 && h('ul.attention', items),
      items.length === 0 && failed.length === 0 && h('p.muted', isDone ? 'Nothing now.' : 'Looking…'),
      failed.length > 0 && h('p.note.warn', `Could not be asked: ${failed.join(', ')}.`)));
  }
}

// From the audit

async function live(tenant, span, signal) {
  const records = new Map();
  const holder = h('div.flow');
  const status = h('p.list-foot', { role: 'status' });
  let isPartial = false;
  let updated = 0;
  let attended = Date.now();
  for (const event of ['pointermove', 'keydown']) window.addEventListener(
    event,
    () => { attended = Date.now(); },
    { signal, passive: true },
  );
  const start = Date.now() - span.milliseconds;
  const cursor = await read(start, 1);
  redraw();
  // The rest of the span is drawn as it comes in: what happens now is to be seen first.
  const earlier = cursor ? readBack(cursor).catch(told) : Promise.resolve();
  document.addEventListener('visibilitychange', tick, { signal });
  const timer = setInterval(tick, REFRESH_MILLISECONDS);
  signal.addEventListener('abort', () => clearInterval(timer));
  return h('div', holder, status);

  async function tick() {
    if (document.hidden) return;
    if (Date.now() - attended > UNATTENDED_MILLISECONDS) {
      say('', 'paused', 'Nobody moved here for a while; what is shown is from ');
      return;
    }
    await earlier;
    await readOn().catch(told);
  }

  async function readBack(from) {
    isPartial = true;
    isPartial = Boolean(await read(start, RECORDS, from));
    redraw();
  }

  async function readOn() {
    const newest = records.get(Math.max(0, ...records.keys()));
    const known = new Set(records.keys());
    const from = newest ? Date.parse(newest.time) - OVERLAP_MILLISECONDS : Date.now() - span.milliseconds;
    if (await read(from, RECORDS)) {
      // More was written meanwhile than is read at once: what was known before would stand behind a hole.
      for (const seq of known) records.delete(seq);
      isPartial = true;
    }
    redraw();
  }

  /** Newest first. @returns where to go on, if there is more than was wanted. */
  async function read(from, wanted, first) {
    const since = new Date(from).toISOString().replace(/\.\d+Z$/, 'Z');
    let cursor = first;
    let count = 0;
    do {
      const page = await get(inTenant(tenant, 'audit'), { since, limit: 500, cursor }, signal);
      for (const one of page.items) records.set(one.seq, one);
      count += page.items.length;
      cursor = page.next_cursor;
    } while (cursor && count < wanted);
    updated = Date.now();
    return cursor;
  }

  function told(problem) {
    if (problem.name !== 'AbortError') say('.state-warn', 'stale', 'The server did not answer; what is shown is from ');
  }

  function say(kind, word, text) {
    show(status, h(`span.badge${kind}`, word), ` ${text}`, time(new Date(updated).toISOString()), '.');
  }

  function redraw() {
    const since = Date.now() - span.milliseconds;
    const kept = [...records.values()].filter((one) => Date.parse(one.time) >= since).sort((a, b) => a.seq - b.seq);
    const all = kept.slice(-KEPT);
    isPartial ||= all.length < kept.length;
    records.clear();
    for (const one of all) records.set(one.seq, one);
    show(holder, pictures(tenant, span, all));
    show(
      status,
      isPartial && all.length > 0 && ['Drawn from the newest ', plural(all.length, 'record'), ', back to ', time(all[0].time), '. '],
      'Updated ',
      time(new Date(updated).toISOString()),
      '.',
    );
  }
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
