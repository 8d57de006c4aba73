// What happens now: calls by decision, refusals, latency, and what needs someone. Counted by the server from the audit, and asked
// again every few seconds.
import { attention } from '../attention.js';
import { get, inTenant } from '../api.js';
import { h, show } from '../dom.js';
import { number, time } from '../format.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { pictures } from '../traffic.js';

const SPANS = {
  hour: { name: 'Last hour', minutes: 60, buckets: 60 },
  day: { name: 'Last day', minutes: 1_440, buckets: 48 },
};
const REFRESH_MILLISECONDS = 10_000;
const ATTENTION_MILLISECONDS = 60_000;
// A page that nobody looks at must not keep its session alive.
const UNATTENDED_MILLISECONDS = 10 * 60_000;
// While the server is still counting back through a long chain.
const COUNTING_MILLISECONDS = 1_000;
// Latency and connectors are told of these, the newest.
const NEWEST = 500;
// Of each kind in the registry, for whoever may not read the audit.
const COUNTED = 100;

export default async function overview({ tenant, query, signal }) {
  const span = query.span === 'day' ? 'day' : 'hour';
  const someone = h('div.flow');
  const parts = [frame('Overview', { intro: may('read_audit', tenant) && tabs(tenant, span) }), someone];
  if (may('read_audit', tenant)) parts.push(await live(tenant, SPANS[span], signal));
  else if (may('read_registry', tenant)) parts.push(await registryFigures(tenant, signal));
  needsSomeone(someone, tenant, signal);
  return parts;
}

const tabs = (tenant, span) => Object.entries(SPANS).map(([id, { name }], index) =>
  [
    index > 0 && ' · ',
    id === span ? h('strong', name) : h('a', { href: link([tenant], { span: id === 'hour' ? '' : id }) }, name),
  ]);

/** Asked once the rest is there, so that a slow answer holds up nothing, and again each minute. */
function needsSomeone(holder, tenant, signal) {
  const ask = () => document.hidden || attention(tenant, signal, draw);
  ask();
  const timer = setInterval(ask, ATTENTION_MILLISECONDS);
  signal.addEventListener('abort', () => clearInterval(timer));

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
  const holder = h('div.flow');
  const status = h('p.list-foot', { role: 'status' });
  let updated = 0;
  let attended = Date.now();
  let timer;
  for (const event of ['pointermove', 'keydown']) window.addEventListener(
    event,
    () => { attended = Date.now(); },
    { signal, passive: true },
  );
  document.addEventListener('visibilitychange', tick, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  await refresh();
  return h('div', holder, status);

  async function tick() {
    clearTimeout(timer);
    if (document.hidden) return;
    if (Date.now() - attended > UNATTENDED_MILLISECONDS) {
      say('', 'paused', 'Nobody moved here for a while; what is shown is from ');
      again(REFRESH_MILLISECONDS);
      return;
    }
    try {
      await refresh();
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      say('.state-warn', 'stale', 'The server did not answer; what is shown is from ');
      again(REFRESH_MILLISECONDS);
    }
  }

  async function refresh() {
    const [activity, { items }] = await Promise.all([
      get(inTenant(tenant, 'activity'), { minutes: span.minutes }, signal),
      get(inTenant(tenant, 'audit'), { limit: NEWEST }, signal),
    ]);
    updated = Date.now();
    show(holder, pictures(tenant, span, activity, items));
    show(
      status,
      !activity.complete && [h('span.badge', 'counting'), ' There is more before that, and it is being counted. '],
      'Updated ',
      time(new Date(updated).toISOString()),
      '.',
    );
    again(activity.complete ? REFRESH_MILLISECONDS : COUNTING_MILLISECONDS);
  }

  function again(milliseconds) {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(tick, milliseconds);
  }

  function say(kind, word, text) {
    show(status, h(`span.badge${kind}`, word), ` ${text}`, time(new Date(updated).toISOString()), '.');
  }
}

// For those who may not read the audit

async function registryFigures(tenant, signal) {
  const figures = await Promise.all(['connector', 'deployment', 'grant', 'client'].map(async (kind) => {
    const { items, next_cursor: isMore } = await get(inTenant(tenant, `${kind}s`), { limit: COUNTED }, signal);
    const content = [
      h('strong', isMore ? `${COUNTED} or more` : number(items.length)), h('span', items.length === 1 ? kind : `${kind}s`),
    ];
    return kind === 'deployment' ? h('div.figure', content) : h('a.figure', { href: link([tenant, `${kind}s`]) }, content);
  }));
  return [h('div.figures', figures), h('p.muted', 'Calls and refusals are drawn from the audit, which your roles do not include.')];
}
