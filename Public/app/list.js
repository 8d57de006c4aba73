// Long lists: a table, a page at a time, with a way on as long as there is more.
import { get } from './api.js';
import { h, show } from './dom.js';
import { problemPanel } from './problem.js';
import { link, replace } from './router.js';

/** A table whose cells are named by their heads, so that a narrow screen can set each row as a card. */
export function table(columns, rows, { caption, row: rowOf } = {}) {
  const body = h('tbody', rows.map((row) => tableRow(columns, row, rowOf)));
  return h('div.table-wrap', h('table', caption && h('caption.unseen', caption),
    h('thead', h('tr', columns.map((column) => h('th', { scope: 'col', class: column.class }, column.head)))), body));
}

function tableRow(columns, row, rowOf) {
  return h('tr', rowOf?.(row) ?? {}, columns.map((column, index) => {
    const cell = index === 0 && !column.plain ? h('th', { scope: 'row' }) : h('td');
    if (column.class) cell.classList.add(column.class);
    cell.dataset.head = column.head;
    const content = column.cell(row);
    return show(cell, h('div.cell', content ?? h('span.muted', '—')));
  }));
}

/**
 * The pages of a list, one below the other.
 *
 * `empty` is what to say where there is nothing.
 */
export async function pagedList({ path, query, signal, columns, empty, caption, row, limit = 50 }) {
  const holder = h('div');
  const foot = h('div.list-foot', { role: 'status' });
  let shown = 0;
  await load();
  return h('div', holder, foot);

  async function load(cursor) {
    const answer = await ask(cursor);
    if (answer.items.length > 0 || !answer.next_cursor) draw(answer);
    // A search of a long list looks through a part at a time; the page does not wait for the end of it.
    else lookFurther(answer.next_cursor);
  }

  function ask(cursor) {
    return get(path, { ...query, limit, cursor }, signal);
  }

  function draw({ items, next_cursor: next }) {
    if (shown === 0 && items.length === 0) {
      show(foot);
      return show(holder, empty);
    }
    if (shown === 0) show(holder, table(columns, items, { caption, row }));
    else holder.querySelector('tbody').append(...items.map((item) => tableRow(columns, item, row)));
    shown += items.length;
    show(foot, `${shown} shown`, next ? ', there are more. ' : '.', next && button('Show more', () => load(next)));
  }

  async function lookFurther(first) {
    let isStopped = false;
    let cursor = first;
    show(
      foot,
      `${shown > 0 ? `${shown} shown, no more` : 'Nothing'} up to here; looking further… `,
      h('button', { type: 'button', onclick: () => { isStopped = true; } }, 'Stop'),
    );
    try {
      while (!isStopped) {
        const answer = await ask(cursor);
        if (answer.items.length > 0 || !answer.next_cursor) return draw(answer);
        cursor = answer.next_cursor;
      }
      show(foot, 'Stopped before the end. ', button('Look further', () => lookFurther(cursor)));
    } catch (problem) {
      failed(problem, () => lookFurther(cursor));
    }
  }

  function button(text, go) {
    const element = h('button', { type: 'button', onclick: press }, text);
    return element;

    async function press() {
      element.disabled = true;
      try {
        await go();
      } catch (problem) {
        failed(problem, press);
      }
    }
  }

  function failed(problem, retry) {
    if (problem.name !== 'AbortError') show(foot, problemPanel(problem, { retry }));
  }
}

/** What a page says where there is nothing yet: what it would be, and what to do next. */
export function empty(title, text, ...actions) {
  return h('div.empty', h('h2', title), h('p', text), actions.length > 0 && h('p.actions', actions));
}

/** The search field of a page; `/` goes there, typing searches after a moment, and the address keeps what was typed. */
function searchField({ label, value = '', placeholder, onSearch }) {
  let timer;
  const input = h('input', {
    type: 'search', value, placeholder, 'aria-label': label, 'data-search': true, autocomplete: 'off', spellcheck: 'false',
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => onSearch(input.value.trim()), 250);
    },
    onkeydown: (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      clearTimeout(timer);
      onSearch(input.value.trim());
    },
  });
  return h('div.search', input, h('kbd', { 'aria-hidden': 'true', title: 'Press / to search' }, '/'));
}

/** A list below a search field: searching draws only the list again. */
export async function searchableList({ segments, query, label, placeholder, list }) {
  const holder = h('div');
  let latest = 0;
  async function search(text) {
    // Another page was opened while this one was typed into.
    if (!holder.isConnected) return;
    const turn = (latest += 1);
    replace(link(segments, { ...query, q: text }));
    try {
      const content = await list(text);
      if (turn === latest) show(holder, content);
    } catch (problem) {
      if (problem.name !== 'AbortError' && turn === latest) show(holder, problemPanel(problem));
    }
  }
  show(holder, await list(query.q ?? ''));
  return [searchField({ label, placeholder, value: query.q ?? '', onSearch: search }), holder];
}
