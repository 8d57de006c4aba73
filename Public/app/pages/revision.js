// One revision: what it changed, how it differs from now, and going back to it.
import { get, inTenant, post } from '../api.js';
import { changeList, LARGE, summary } from '../changes.js';
import { confirmDialog } from '../dialog.js';
import { h, show } from '../dom.js';
import { plural } from '../format.js';
import { problemPanel } from '../problem.js';
import { go, link } from '../router.js';
import { showSecrets } from '../secret.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function revision({ tenant, revision: text, query, signal }) {
  const number = Number(text);
  const path = (...rest) => inTenant(tenant, 'revisions', ...rest);
  const { items } = await get(path(), { limit: 500 }, signal);
  const current = items[0]?.revision ?? 0;
  const isCurrent = number === current;
  const against = isCurrent || query.against !== 'now' ? 'before' : 'now';
  const differences = async () => {
    const { changes } = against === 'now'
      ? await get(path(text, 'diff'), { to: current }, signal)
      : await before(path, number, text, signal);
    return [h('p.muted', summary(changes)), changeList(changes)];
  };
  const size = items.find((one) => one.revision === number)?.changes ?? 0;
  const canRestore = !isCurrent && may('change_registry', tenant);
  return frame(`Revision ${text}`, {
    trail: h('a', { href: link([tenant, 'history']) }, 'History'),
    intro: isCurrent ? 'This is what is in force now.' : `Revision ${current} is in force now.`,
    actions: canRestore && h('button', { type: 'button', onclick: restore }, 'Restore'),
  },
  !isCurrent && h('nav.tabs', { 'aria-label': 'Compared with' },
    [['before', 'What it changed'], ['now', 'What has changed since']].map(([id, name]) =>
      h(
        'a',
        {
          href: link([tenant, 'history', text], { against: id === 'before' ? '' : id }),
          'aria-current': id === against && 'page',
        },
        name,
      ))),
  size > LARGE && against === 'before' ? onDemand(size, differences) : await differences());

  async function restore() {
    const plan = await get(path(String(current), 'diff'), { to: number });
    const done = await confirmDialog({
      title: `Restore revision ${text}?`, action: `Restore revision ${text}`, wide: true,
      body: [
        h(
          'p',
          'It becomes a new revision; the ones between stay. It counts at once, also for tokens that are out. A client that comes back gets a new secret.',
        ),
        h('p', h('strong', summary(plan.changes))), changeList(plan.changes),
      ],
      submit: () => post(path(text, 'restore')),
    });
    if (!done) return;
    await showSecrets(done.secrets);
    go(link([tenant, 'history', String(done.revision)]));
  }
}

/** A difference is answered whole: one of so many documents is fetched only for whoever wants to see it. */
function onDemand(size, differences) {
  const holder = h('div');
  const button = h('button', { type: 'button', onclick: load }, 'Show them');
  show(holder, h('p.note', `It changed ${plural(size, 'document')}, which takes a while to show. `, button));
  return holder;

  async function load() {
    button.disabled = true;
    try {
      show(holder, h('div.progress', h('p', 'Comparing…'), h('progress', { 'aria-label': 'Comparing' })));
      show(holder, await differences());
    } catch (problem) {
      if (problem.name !== 'AbortError') show(holder, problemPanel(problem, { retry: load }));
    }
  }
}

/** The first revision has nothing before it: everything in it is new. */
async function before(path, number, text, signal) {
  if (number > 1) return get(path(String(number - 1), 'diff'), { to: number }, signal);
  const { documents } = await get(path(text), {}, signal);
  return {
    changes: documents.map(
      (after) => ({ op: 'create', kind: after.kind, name: nameOf(after), members: [{ pointer: '', after }] }),
    ),
  };
}

const nameOf = (document) => document.id ?? `${document.server}@${document.environment}`;
