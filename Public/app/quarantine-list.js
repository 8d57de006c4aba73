// Tools whose definition changed on their server: what changed, and letting them through again.
import { inTenant, pages, post } from './api.js';
import { memberList } from './changes.js';
import { confirmDialog, formDialog } from './dialog.js';
import { h } from './dom.js';
import { code, plural, time } from './format.js';
import { empty } from './list.js';
import { link } from './router.js';
import { may } from './session.js';
import { tellWarnings } from './warnings.js';

const SHOWN = 200;

/** @param connector only its tools, where it is given. */
export async function quarantineList({ tenant, connector, signal, redraw }) {
  const { items, isPartial } = await newest(inTenant(tenant, 'quarantine'), { connector }, signal);
  if (items.length === 0) {
    return empty('Nothing in quarantine', 'A tool comes here when its server shows another definition of it than the one that is registered.');
  }
  const canSettle = may('change_registry', tenant);
  return h('div', h('ol.diff', items.map((one) => item(one))), isPartial && h('p.list-foot', `The first ${SHOWN} are shown.`));

  function item(one) {
    return h('li',
      h('div.section-head',
        h('p.what',
          h('strong', code(one.tool)),
          !connector && h('a', { href: link([tenant, 'connectors', one.connector], { tab: 'drift' }) }, one.connector),
          one.settled_at
            ? h('span.badge.state-warn', 'changed, and changed back')
            : h('span.badge.state-bad', 'refused')),
        canSettle && h('span.actions',
          one.settled_at
            ? action('Lift', one, () => dismiss(one))
            : action('Accept', one, () => accept(one)))),
      h('p.muted', 'Seen ', time(one.observed_at), ` by ${one.reported_by}`,
        one.settled_at && ['; since ', time(one.settled_at), ' the server shows what is registered again']),
      memberList(one.changes));
  }

  async function accept(one) {
    const isDone = await formDialog({
      title: `Register what ${one.connector} shows of ${one.tool}?`, action: 'Accept', wide: true,
      body: [
        h('p', 'It becomes a new revision: models read it like this, and calls are held against this schema. Effect and scopes stay as they are.'),
        memberList(one.changes),
      ],
      submit: () => post(path(one, 'accept'), which(one)),
    });
    if (!isDone) return;
    redraw();
    await tellWarnings(isDone.warnings);
  }

  async function dismiss(one) {
    const isDone = await confirmDialog({
      title: `Lift the quarantine of ${one.tool}?`, action: 'Lift it',
      body: [
        h('p', 'The server shows the registered definition again. That it changed and changed back is worth asking its owner about first.'),
        h('p.muted', plural(one.changes.length, 'difference'), ' stood between:'), memberList(one.changes),
      ],
      submit: () => post(path(one, 'dismiss'), which(one)),
    });
    if (isDone) redraw();
  }

  function path(one, verb) {
    return inTenant(tenant, 'connectors', one.connector, 'quarantine', verb);
  }
}

/** The digest is of the definition that was looked at here: if the server has shown another since, it is refused. */
const which = (one) => ({ tools: [{ name: one.tool, digest: one.digest }] });

const action = (text, one, onclick) => h(
  'button.small',
  { type: 'button', 'aria-label': `${text}: ${one.connector} ${one.tool}`, onclick },
  text,
);

async function newest(path, query, signal) {
  const items = [];
  for await (const page of pages(path, query, signal)) {
    items.push(...page);
    if (items.length >= SHOWN) return { items: items.slice(0, SHOWN), isPartial: true };
  }
  return { items, isPartial: false };
}
