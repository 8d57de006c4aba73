// How values read: times, durations, counts, pieces of text.
import { h } from './dom.js';

const stamp = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(
  undefined,
  { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false },
);
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const count = new Intl.NumberFormat();

/** The reader's own time; UTC, as it is on record, on hover and for whoever copies it. */
export function time(text, { precise = false } = {}) {
  if (!text) return h('span.muted', '—');
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return h('span', text);
  let shown = stamp.format(date);
  if (!precise) {
    const isToday = date.toDateString() === new Date().toDateString();
    shown = isToday ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
  }
  return h('time', { datetime: text, title: `${text} (UTC)` }, shown);
}

export const number = (value) => count.format(value);

/** `1 token`, `2 tokens`. */
export const plural = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

export function seconds(value) {
  if (value === undefined) return '—';
  for (const [size, name] of [[86_400, 'd'], [3_600, 'h'], [60, 'min']]) {
    if (value >= size && value % size === 0) return `${value / size} ${name}`;
  }
  return `${value} s`;
}

export function microseconds(value) {
  if (value < 1_000) return `${value} µs`;
  return value < 1_000_000 ? `${(value / 1_000).toFixed(1)} ms` : `${(value / 1_000_000).toFixed(2)} s`;
}

/** A piece of text that a machine reads: an id, a scope, a path. */
export const code = (text, ...more) => h('code', text, ...more);

export const scopes = (list) =>
  list?.length ? h('span.chips', list.map((one) => h('code.chip', one))) : h('span.muted', 'none');

const EFFECTS = { read: 'read', write: 'write', destructive: 'destructive' };
export const effect = (value, text = value) => h(`span.badge.effect-${EFFECTS[value] ?? 'other'}`, text);

const GOOD = new Set(['allow', 'execute', 'active']);
export function decision(value) {
  const kind = value === 'deny' ? 'deny' : GOOD.has(value) ? 'good' : 'calm';
  return h(`span.badge.decision-${kind}`, value);
}

/** JSON with two blanks an indent, as text. */
export const pretty = (value) => JSON.stringify(value, null, 2);
