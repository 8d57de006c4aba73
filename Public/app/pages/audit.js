// The audit: found by what is known, newest first; taken away as a file.
import { get, inTenant, page, pages } from '../api.js';
import { auditTable } from '../audit-table.js';
import { copyTextButton } from '../copy.js';
import { h, show } from '../dom.js';
import { field } from '../form.js';
import { plural } from '../format.js';
import { empty } from '../list.js';
import { problemPanel } from '../problem.js';
import { go, link } from '../router.js';
import { frame } from '../shell.js';

const TEXTS = [
  ['sub', 'Person'],
  ['client_id', 'Client'],
  ['connector', 'Connector'],
  ['tool', 'Tool'],
  ['code', 'Code'],
  ['request_id', 'Request id'],
  ['jti', 'Token id'],
  ['call_id', 'Call id'],
  ['txn', 'Transaction'],
];
const NAMES = [...TEXTS.map(([name]) => name), 'event', 'decision', 'since', 'until'];

export default async function audit({ tenant, query, signal }) {
  const filter = Object.fromEntries(NAMES.filter((name) => query[name]).map((name) => [name, query[name]]));
  const isNarrowed = Object.keys(filter).length > 0;
  const progress = h('div', { 'aria-live': 'polite' });
  const [offered, records] = await Promise.all([choices(), auditTable({
    tenant, query: filter, signal,
    empty: isNarrowed
      ? empty(
        'Nothing on record',
        'No record fits. Widen the times, or look for one id alone: a request id finds its record by itself.',
        h('a.button', { href: link([tenant, 'audit']) }, 'Show everything'),
      )
      : empty('Nothing on record yet', 'The first token asked for, and the first refusal, will stand here.'),
  })]);
  return frame('Audit', {
    intro: 'Every attempt, refusals too, each on disk before its answer left.',
    actions: [
      h('a.button', { href: link([tenant, 'audit', 'chain']) }, 'Verify the chain'),
      h('button', { type: 'button', onclick: () => exportFiltered(tenant, filter, progress) }, 'Export'),
      copyTextButton('Copy as curl', () => curl(inTenant(tenant, 'audit'), filter)),
    ],
  }, filters({ tenant, query, filter, progress }, offered), progress, records);
}

let known;

/** What `event` and `decision` may be, in the API's own words; the document is large, and read once. */
async function choices() {
  known ??= get('/openapi.json').then(({ paths }) => paths);
  const paths = await known.catch((problem) => {
    known = undefined;
    throw problem;
  });
  const { parameters } = paths['/v1/tenants/{tenant}/audit'].get;
  const values = (name) => parameters.find((one) => one.name === name)?.schema.enum ?? [];
  return { event: values('event'), decision: values('decision') };
}

function filters({ tenant, query, filter, progress }, { event: events, decision: decisions }) {
  const isOpen = Object.keys(filter).some((name) => !['sub', 'decision'].includes(name));
  const text = ([name, label]) => field({
    label,
    name,
    value: query[name] ?? '',
    optional: true,
    'data-search': name === 'sub' || undefined,
  });
  const choice = (name, label, options) => field({
    label,
    name,
    type: 'select',
    optional: true,
    options: [['', 'any'], ...new Set([...options, ...(query[name] ? [query[name]] : [])])],
    value: query[name] ?? '',
  });
  const time = (name, label) => field({
    label,
    name,
    type: 'datetime-local',
    step: 1,
    optional: true,
    value: localTime(query[name]),
  });
  const byName = Object.fromEntries(TEXTS.map((pair) => [pair[0], pair]));
  const { sub, ...others } = byName;
  return h('form', { role: 'search', onsubmit: send },
    h('div.filters', text(sub), field({ label: 'Any id', name: 'id', optional: true, placeholder: 'of a request, token, …' }), choice('decision', 'Decision', decisions),
      h(
        'div.form-actions',
        h('button.primary', { type: 'submit' }, 'Find'),
        Object.keys(filter).length > 0 && h('a.button.quiet', { href: link([tenant, 'audit']) }, 'Clear'),
      )),
    h('details', { open: isOpen }, h('summary.more-filters', 'More filters'),
      h(
        'div.filters',
        choice('event', 'Event', events),
        Object.values(others).map(text),
        time('since', 'From'),
        time('until', 'Until'),
      )));

  async function send(event) {
    event.preventDefault();
    const { id, ...values } = Object.fromEntries(
      [...new FormData(event.target)].map(([name, value]) => [name, value.trim()]),
    );
    try {
      const kind = id && await kindOf(tenant, id);
      if (!kind && /^\d{1,15}$/.test(id)) return go(link([tenant, 'audit', id]));
      const found = id && { [kind ?? 'txn']: id };
      go(link([tenant, 'audit'], { ...values, ...found, since: utc(values.since), until: utc(values.until) }));
    } catch (problem) {
      show(progress, problemPanel(problem));
    }
  }
}

const RANDOM_ID = /^[\w-]{21}[AQgw]$/;

/** Of what the id is: each kind that it can be of is asked for one record. */
async function kindOf(tenant, id) {
  const kinds = RANDOM_ID.test(id) ? ['request_id', 'jti', 'call_id', 'txn'] : ['txn'];
  const answers = await Promise.all(kinds.map((kind) => page(inTenant(tenant, 'audit'), { [kind]: id, limit: 1 })));
  return kinds.find((_, index) => answers[index].items.length > 0);
}

const utc = (text) => (text ? new Date(text).toISOString().replace(/\.\d+Z$/, 'Z') : '');

function localTime(text) {
  const date = new Date(text ?? NaN);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The same question for a terminal. The secret stays out of it: the command reads it from a variable. */
export function curl(path, query = {}) {
  const parameters = new URLSearchParams(query).toString();
  const address = `${window.location.origin}${path}${parameters ? `?${parameters}` : ''}`;
  return `printf 'Authorization: Bearer %s' "$HALLPASS_SECRET" | curl -sS -H @- '${address.replaceAll("'", '%27')}'`;
}

/** All records that fit, as JSON Lines, newest first. */
async function exportFiltered(tenant, filter, holder) {
  const stop = new AbortController();
  const status = h('p', 'Reading…');
  show(
    holder,
    h(
      'div.note.progress',
      status,
      h('progress'),
      h('div', h('button', { type: 'button', onclick: () => stop.abort() }, 'Cancel')),
    ),
  );
  const parts = [];
  let count = 0;
  try {
    for await (const items of pages(inTenant(tenant, 'audit'), filter, stop.signal)) {
      if (!holder.isConnected) return;
      // A page at a time, so that the browser can put what it holds on disk.
      parts.push(new Blob([items.map((one) => `${JSON.stringify(one)}\n`).join('')]));
      count += items.length;
      show(status, `${plural(count, 'record')} read…`);
    }
  } catch (problem) {
    show(holder, problem.name === 'AbortError' ? h('p.note', 'Cancelled; nothing was saved.') : problemPanel(problem));
    return;
  }
  const address = URL.createObjectURL(new Blob(parts, { type: 'application/jsonl' }));
  h('a', { href: address, download: `audit-${tenant}.jsonl` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  show(holder, h('p.note', `${plural(count, 'record')} saved as audit-${tenant}.jsonl.`));
}
