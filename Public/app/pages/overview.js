// What happens now: calls by decision, refusals, latency, and what needs someone. Counted by the server from the audit, and told
// as it happens.
import { attention } from '../attention.js';
import { get, inTenant } from '../api.js';
import { h, show } from '../dom.js';
import { follow } from '../feed.js';
import { number, time } from '../format.js';
import { redraw } from '../redraw.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { pictures } from '../traffic.js';

const SPANS = {
  hour: { name: 'Last hour', minutes: 60, buckets: 60 },
  day: { name: 'Last day', minutes: 1_440, buckets: 48 },
};
// The newest records are many at once: while much happens, they are fetched no more often.
const NEWEST_MILLISECONDS = 5_000;
// Latency and connectors are told of these, the newest.
const NEWEST = 500;
const BADGES = { live: '.state-good', stale: '.state-warn' };
const WHAT_IT_MEANS = { paused: 'Nobody moved here for a while.' };
// Of each kind in the registry, for whoever may not read the audit.
const COUNTED = 100;

export default async function overview({ tenant, query, signal }) {
  const span = query.span === 'day' ? 'day' : 'hour';
  const head = frame('Overview', { intro: may('read_audit', tenant) && tabs(tenant, span) });
  const someone = h('div.flow');
  let heard = null;
  let news = (newest) => { heard = newest; };
  const calls = may('read_audit', tenant) ? await live(tenant, SPANS[span], signal, (newest) => news(newest)) : null;
  const registry = !calls && may('read_registry', tenant) && await registryFigures(tenant, signal);
  // Asked once the rest is there, so that a slow answer holds up nothing.
  news = attention(tenant, signal, heard, (answers) => drawAttention(someone, answers));
  return [head, calls?.state, someone, calls?.pictures ?? registry];
}

const tabs = (tenant, span) => Object.entries(SPANS).map(([id, { name }], index) =>
  [
    index > 0 && ' · ',
    id === span ? h('strong', name) : h('a', { href: link([tenant], { span: id === 'hour' ? '' : id }) }, name),
  ]);

function drawAttention(holder, { items, failed, isDone }) {
  // Asked again, what was there stays until all is known.
  if (!isDone && holder.dataset.done) return;
  if (isDone) holder.dataset.done = 'true';
  redraw(holder, h('section.card', h('h2', 'Needs someone'),
    items.length > 0 && h('ul.attention', items),
    items.length === 0 && failed.length === 0 && h('p.muted', isDone ? 'Nothing now.' : 'Looking…'),
    failed.length > 0 && h('p.note.warn', `Could not be asked: ${failed.join(', ')}.`)));
}

// From the audit

async function live(tenant, span, signal, news) {
  const holder = h('div.flow');
  // Read out when it changes; the time beside it changes all the time.
  const state = h('span', { role: 'status' });
  const since = h('span');
  let newest = [];
  let newestAt = 0;
  let newestTimer;
  let activity = await get(inTenant(tenant, 'activity'), { minutes: span.minutes }, signal);
  news(activity.newest);
  await fetchNewest();
  draw();
  say('connecting');
  signal.addEventListener('abort', () => clearTimeout(newestTimer));
  follow(inTenant(tenant, 'activity', 'feed'), { minutes: span.minutes }, signal, {
    events: { activity: take },
    alive: draw,
    state: say,
  });
  return { state: h('p.list-foot', state, since), pictures: holder };

  function take(reading) {
    if (reading.head !== activity.head) dueNewest();
    activity = reading;
    news(reading.newest);
  }

  /** At once after a quiet time, else when it is their time again. */
  function dueNewest() {
    clearTimeout(newestTimer);
    newestTimer = setTimeout(async () => {
      try {
        await fetchNewest();
        draw();
      } catch {
        // The stream itself says when the server is not there.
      }
    }, Math.max(0, newestAt + NEWEST_MILLISECONDS - Date.now()));
  }

  async function fetchNewest() {
    newestAt = Date.now();
    newest = (await get(inTenant(tenant, 'audit'), { limit: NEWEST }, signal)).items;
  }

  /** With each heartbeat too: time goes on where nothing happens. */
  function draw() {
    redraw(holder, pictures(tenant, span, activity, newest));
    show(
      since,
      ' As of ',
      time(new Date().toISOString()),
      '.',
      !activity.complete && [' ', h('span.badge', 'counting'), ' There is more before that, and it is being counted.'],
    );
  }

  function say(word, why) {
    const text = why ?? WHAT_IT_MEANS[word];
    if (state.dataset.said === `${word} ${text}`) return;
    state.dataset.said = `${word} ${text}`;
    show(state, h(`span.badge${BADGES[word] ?? ''}`, word), text && ` ${text}`);
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
