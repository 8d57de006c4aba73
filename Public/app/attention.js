// What needs someone now, and where it is dealt with.
import { get, inTenant, page, pages } from './api.js';
import { needsSomeone } from './credential-table.js';
import { h } from './dom.js';
import { plural } from './format.js';
import { link } from './router.js';
import { may } from './session.js';

const DAY_MILLISECONDS = 86_400_000;
// A record's time is the server's, and this is the browser's clock.
const OVERLAP_MILLISECONDS = 5 * 60_000;
// The server does not tell when its timer follows a key; it comes with 30 days, and whoever set another knows it.
const OLD_KEY_DAYS = 27;
// With each of them the server counts its tokens.
const KEYS = 20;
const SECRET_ENDS_DAYS = 14;
// Each client is a request of its own.
const CLIENTS = 100;
const AT_ONCE = 4;
const KEPT_MILLISECONDS = 10 * 60_000;

const [keptKeys, keptSecrets] = [kept(oldKeys), kept(endingSecrets)];
// What the server searches or counts long for.
const SLOW = new Set([alarms, keptKeys, keptSecrets]);

/** Each: what it needs, its name where it could not be asked, and the asking, which gives an item, or nothing where all is well. */
const CHECKS = [
  ['read_audit', 'alarms', alarms],
  ['read_approvals', 'approvals', approvals],
  ['read_registry', 'quarantine', quarantined],
  ['manage_credentials', 'upstream credentials', credentials],
  ['read_registry', 'switches', switches],
  ['read_registry', 'signing keys', keptKeys],
  ['manage_client_secrets', 'client secrets', keptSecrets],
];

/**
 * Asks what is quickly answered first.
 *
 * @param show called with each answer: `items`, the list items so far; `failed`, the names of what could not be asked;
 *   `isDone`, whether that is all.
 */
export async function attention(tenant, signal, show) {
  const asked = CHECKS.filter(([needs]) => may(needs, tenant));
  const items = asked.map(() => null);
  const failed = new Set();
  let waiting = asked.length;
  const ask = async (which) => {
    const index = asked.indexOf(which);
    const [, name, check] = which;
    try {
      items[index] = await check(tenant, signal);
    } catch {
      failed.add(name);
    }
    waiting -= 1;
    if (!signal.aborted) show({ items: items.filter(Boolean), failed: [...failed], isDone: waiting === 0 });
  };
  await Promise.all(asked.filter(([, , check]) => !SLOW.has(check)).map(ask));
  // One after the other, so that whoever works on another page meanwhile does not wait for them.
  for (const one of asked.filter(([, , check]) => SLOW.has(check))) await ask(one);
}

/** What costs the server much to answer and changes little within minutes is asked once in a while. */
function kept(check) {
  const answers = new Map();
  return async (tenant, signal) => {
    const known = answers.get(tenant);
    if (known && Date.now() - known.at < KEPT_MILLISECONDS) return known.answer;
    const answer = await check(tenant, signal);
    answers.set(tenant, { at: Date.now(), answer });
    return answer;
  };
}

const item = (kind, word, address, text) => h('li', h(`span.badge.state-${kind}`, word), ' ', h('a', { href: address }, text));

// By tenant: up to when it was searched, and when the newest alarm was.
const searched = new Map();
const utc = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

/** A day is searched once; after that only what is new. */
async function alarms(tenant, signal) {
  const begun = Date.now();
  const known = searched.get(tenant);
  const query = { code: 'token_not_issued', since: utc(known ? known.until - OVERLAP_MILLISECONDS : begun - DAY_MILLISECONDS) };
  const { items } = await page(inTenant(tenant, 'audit'), { ...query, limit: 1 }, signal);
  const newest = items.length > 0 ? Date.parse(items[0].time) : known?.newest ?? 0;
  searched.set(tenant, { until: begun, newest });
  return newest > begun - DAY_MILLISECONDS && item(
    'bad', 'alarm', link([tenant, 'audit'], { code: query.code, since: utc(begun - DAY_MILLISECONDS) }),
    'A token with a good signature that was never issued: a signing key may have leaked.',
  );
}

async function approvals(tenant, signal) {
  const { count, text } = await some(inTenant(tenant, 'approvals'), { state: 'pending' }, signal);
  return count > 0 && item('warn', 'waiting', link([tenant, 'approvals']), `${text('approval')} to decide`);
}

async function quarantined(tenant, signal) {
  const { count, text } = await some(inTenant(tenant, 'quarantine'), {}, signal);
  return count > 0 && item('bad', 'changed', link([tenant, 'quarantine']), `${text('tool')} in quarantine`);
}

async function switches(tenant, signal) {
  const { count, text } = await some(inTenant(tenant, 'disabled'), {}, signal);
  return count > 0 && item('warn', 'off', link([tenant, 'disabled']), `${text('thing')} switched off`);
}

async function credentials(tenant, signal) {
  const failing = [];
  for await (const page of pages(inTenant(tenant, 'credentials'), {}, signal)) failing.push(...page.filter(needsSomeone));
  if (failing.length === 0) return null;
  const [only] = failing;
  return failing.length === 1
    ? item('bad', 'failing', link([tenant, 'credentials', only.name]), `The upstream credential ${only.name} fails`)
    : item('bad', 'failing', link([tenant, 'credentials']), `${plural(failing.length, 'upstream credential')} fail`);
}

async function oldKeys(tenant, signal) {
  const before = Date.now() - OLD_KEY_DAYS * DAY_MILLISECONDS;
  const { items, next_cursor: more } = await get(inTenant(tenant, 'keys'), { state: 'active', limit: KEYS }, signal);
  const count = items.filter((one) => one.created_at && Date.parse(one.created_at) < before).length;
  return count > 0 && item(
    'warn', 'old', link([tenant, 'keys'], { state: 'active' }),
    `${plural(count, 'signing key')} of ${OLD_KEY_DAYS} days or more${more ? ` (of the first ${KEYS})` : ''}: due to be followed by a new one`,
  );
}

/** Clients whose last secret ends soon. */
async function endingSecrets(tenant, signal) {
  const { names, isPartial } = await askSecrets(tenant, signal);
  if (names.length === 0) return null;
  const isOne = names.length === 1;
  const which = isOne
    ? `The secret of ${names[0]} ends`
    : `The secrets of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and more' : ''} end`;
  return item(
    'warn', 'ending', link(isOne ? [tenant, 'clients', names[0]] : [tenant, 'clients']),
    `${which} within ${SECRET_ENDS_DAYS} days${isPartial ? ` (of the first ${CLIENTS} clients)` : ''}`,
  );
}

async function askSecrets(tenant, signal) {
  const { items: clients, next_cursor: more } = await get(inTenant(tenant, 'clients'), { limit: CLIENTS }, signal);
  const names = [];
  const soon = Date.now() + SECRET_ENDS_DAYS * DAY_MILLISECONDS;
  const queue = clients.map((one) => one.id);
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let id = queue.shift(); id; id = queue.shift()) {
      const { items } = await get(inTenant(tenant, 'clients', id, 'secrets'), {}, signal);
      if (items.length > 0 && items.every((one) => one.expires_at && Date.parse(one.expires_at) < soon)) names.push(id);
    }
  }));
  return { names: names.sort(), isPartial: Boolean(more) };
}

/** How many there are, as far as one short page tells. */
async function some(path, query, signal) {
  const { items, next_cursor: isMore } = await get(path, { ...query, limit: 50 }, signal);
  return {
    count: items.length,
    text: (what) => (isMore ? `More than 50 ${what}s` : plural(items.length, what)),
  };
}
