// Bars over time, drawn as SVG: one stack a moment, with its numbers as a table for whoever cannot see them.
import { h, s } from './dom.js';
import { number } from './format.js';

const [HEIGHT, LEFT, BOTTOM, TOP] = [190, 34, 22, 8];

/**
 * @param buckets `[{ label, values: { execute: 3, deny: 1 } }]`, oldest first.
 * @param series `[['execute', 'good'], …]`: name and colour, from the bottom up.
 * @param width in pixels, so that its letters are as large as those around it.
 */
export function stackedBars({ buckets, series, label, width }) {
  const totals = buckets.map((one) => series.reduce((sum, [name]) => sum + (one.values[name] ?? 0), 0));
  const top = ceiling(Math.max(1, ...totals));
  const step = (width - LEFT) / buckets.length;
  const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP);
  const lines = [0, top / 2, top].map((value) => [
    s('line.grid', { x1: LEFT, x2: width, y1: y(value), y2: y(value) }),
    s('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, number(value)),
  ]);
  const bars = buckets.map((bucket, index) => bar(bucket, series, LEFT + index * step, step, y));
  const every = Math.max(1, Math.ceil(buckets.length / (width < 500 ? 3 : 6)));
  const labels = buckets.map(
    (bucket, index) => index % every === 0 && s('text', { x: LEFT + index * step, y: HEIGHT - 6 }, bucket.label),
  );
  return h('figure.stack',
    s('svg.chart', { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': label }, lines, bars, labels),
    h(
      'ul.legend-list',
      series.map(
        ([name, colour]) => h(
          'li',
          { class: colour },
          `${name}: ${number(buckets.reduce((sum, one) => sum + (one.values[name] ?? 0), 0))}`,
        ),
      ),
    ));
}

function bar(bucket, series, x, step, y) {
  const width = Math.max(1, step - Math.min(2, step * 0.2));
  let below = 0;
  const parts = series.map(([name, colour]) => {
    const value = bucket.values[name] ?? 0;
    if (value === 0) return null;
    const rectangle = s('rect', { class: colour, x, width, y: y(below + value), height: y(below) - y(below + value) });
    below += value;
    return rectangle;
  });
  const words = series.map(([name]) => `${name} ${bucket.values[name] ?? 0}`).join(', ');
  return s(
    'g',
    s('title', `${bucket.label}: ${words}`),
    s('rect', { x, width: step, y: y(0) - (y(0) - 8), height: y(0) - 8, fill: 'transparent' }),
    parts,
  );
}

/** A part of a whole as a bar; its number stands beside it as text. */
export function shareBar(share) {
  return s('svg.bar', { width: '100%', height: 4, 'aria-hidden': 'true' },
    s('rect.track', { width: '100%', height: 4, rx: 2 }), s(
      'rect.calm',
      { width: `${(share * 100).toFixed(1)}%`, height: 4, rx: 2 },
    ));
}

/** The next even number that reads well: 2, 4, 10, 20, 40, 100, … */
function ceiling(value) {
  for (let power = 1; ; power *= 10) {
    for (const factor of [2, 4, 10]) if (factor * power >= value) return factor * power;
  }
}
