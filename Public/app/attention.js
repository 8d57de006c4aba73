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
const KEY_FOLLOWED_DAYS = 3;
const SECRET_ENDS_DAYS = 14;
// Each client is a request of its own.
const CLIENTS = 100;
const AT_ONCE = 4;

// What time alone brings about: a key grows old, a secret ends.
const AGAIN_MILLISECONDS = 10 * 60_000;
// For whoever hears of nothing.
const BLIND_MILLISECONDS = 60_000;
// However much happens.
const REST_MILLISECONDS = 5_000;

const [keptKeys, keptSecrets] = [kept(oldKeys), kept(endingSecrets)];

/**
 * Each: what it needs, its name where it could not be asked, the asking, which gives an item, or nothing where all is well; the
 * records after which it is to be asked again, by event or by a refusal's code; whether the server searches or counts long for it.
 */
const CHECKS = [
  { needs: 'read_audit', name: 'alarms', ask: alarms, codes: ['token_not_issued'], isSlow: true },
  {
    needs: 'read_approvals', name: 'approvals', ask: approvals, codes: ['approval_required'],
    events: ['approval_approve', 'approval_reject', 'restore_fence'],
  },
  {
    needs: 'read_registry', name: 'quarantine', ask: quarantined,
    events: ['tool_quarantine', 'tool_accept', 'tool_dismiss'],
  },
  {
    needs: 'manage_credentials', name: 'upstream credentials', ask: credentials,
    events: ['credential_change', 'credential_refresh', 'credential_revoke', 'credential_test'],
    codes: ['upstream_reauth_required', 'upstream_refused', 'upstream_unavailable'],
  },
  { needs: 'read_registry', name: 'switches', ask: switches, events: ['disable', 'enable'] },
  {
    needs: 'read_registry', name: 'signing keys', ask: keptKeys, isSlow: true,
    events: ['key_rotate', 'key_compromise', 'key_retire', 'restore_fence'],
  },
  {
    needs: 'manage_client_secrets', name: 'client secrets', ask: keptSecrets, isSlow: true,
    events: ['client_secret_issue', 'client_secret_revoke', 'registry_change'],
  },
];

/**
 * Asks for all there is, what is quickly answered first, and again when something happened that may change it.
 *
 * @param known `newest` of the activity as it was before, where it is known.
 * @param show called with each answer: `items`, the list items so far; `failed`, the names of what could not be asked;
 *   `isDone`, whether that is all.
 * @returns what to call with `newest` of each reading of the activity.
 */
export function attention(tenant, signal, known, show) {
  const checks = CHECKS.filter(({ needs }) => may(needs, tenant));
  const items = new Map();
  const failed = new Set();
  const due = new Set(checks);
  let last = known;
  let isAsking = false;
  const timer = setInterval(all, may('read_audit', tenant) ? AGAIN_MILLISECONDS : BLIND_MILLISECONDS);
  signal.addEventListener('abort', () => clearInterval(timer));
  document.addEventListener('visibilitychange', askDue, { signal });
  askDue();
  return news;

  function all() {
    checks.forEach((check) => due.add(check));
    askDue();
  }

  function news(newest) {
    for (const check of last ? checks : []) {
      const isNew = (check.events ?? []).some((event) => newest.events[event] !== last.events[event])
        || (check.codes ?? []).some((code) => newest.codes[code] !== last.codes[code]);
      if (!isNew) continue;
      check.ask.forget?.(tenant);
      due.add(check);
    }
    last = newest;
    askDue();
  }

  async function askDue() {
    if (isAsking || due.size === 0 || document.hidden || signal.aborted) return;
    isAsking = true;
    const asked = [...due];
    due.clear();
    await Promise.all(asked.filter((check) => !check.isSlow).map(ask));
    // One after the other, so that whoever works on another page meanwhile does not wait for them.
    for (const check of asked.filter((one) => one.isSlow)) await ask(check);
    setTimeout(() => {
      isAsking = false;
      askDue();
    }, REST_MILLISECONDS);
  }

  async function ask(check) {
    try {
      items.set(check, await check.ask(tenant, signal));
      failed.delete(check.name);
    } catch {
      items.set(check, null);
      failed.add(check.name);
    }
    if (signal.aborted) return;
    show({
      items: checks.map((one) => items.get(one)).filter(Boolean), failed: [...failed], isDone: items.size === checks.length,
    });
  }
}

/** What costs the server much to answer and changes little within minutes is not asked again by each visit. */
function kept(check) {
  const answers = new Map();
  const ask = async (tenant, signal) => {
    const known = answers.get(tenant);
    if (known && Date.now() - known.at < AGAIN_MILLISECONDS) return known.answer;
    const answer = await check(tenant, signal);
    answers.set(tenant, { at: Date.now(), answer });
    return answer;
  };
  ask.forget = (tenant) => answers.delete(tenant);
  return ask;
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

/** Keys that the timer follows soon; where there is no timer, none says when. */
async function oldKeys(tenant, signal) {
  const soon = Date.now() + KEY_FOLLOWED_DAYS * DAY_MILLISECONDS;
  let count = 0;
  for await (const items of pages(inTenant(tenant, 'keys'), { state: 'active' }, signal)) {
    count += items.filter((one) => one.rotates_at && Date.parse(one.rotates_at) < soon).length;
  }
  return count > 0 && item(
    'warn', 'soon', link([tenant, 'keys'], { state: 'active' }),
    `${plural(count, 'signing key')} to be followed by a new one within ${KEY_FOLLOWED_DAYS} days`,
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
