// The revisions that touched one connector or its deployments.
import { get, inTenant } from './api.js';
import { changeList, LARGE } from './changes.js';
import { h, show } from './dom.js';
import { plural, time } from './format.js';
import { problemPanel } from './problem.js';
import { link } from './router.js';

export async function historyTab({ tenant, name, signal }) {
  const { items } = await get(inTenant(tenant, 'revisions'), { limit: 20 }, signal);
  const found = h('div');
  const status = h('p.list-foot', { role: 'status' }, 'Looking through the newest revisions…');
  lookThrough().catch((problem) => problem.name !== 'AbortError' && show(status, problemPanel(problem)));
  return [found, status];

  // One after the other: comparing two states of a large registry takes the server a moment.
  async function lookThrough() {
    for (const one of items.filter(({ revision }) => revision > 1)) {
      if (one.changes > LARGE) {
        found.append(h('section', revisionHead(tenant, one), h('p.muted', `It changed ${plural(one.changes, 'document')}, perhaps this one: open it to see.`)));
        continue;
      }
      const { changes } = await get(
        inTenant(tenant, 'revisions', String(one.revision - 1), 'diff'),
        { to: one.revision },
        signal,
      );
      const touching = changes.filter((change) => concerns(change, name));
      if (touching.length > 0) found.append(revisionSection(tenant, one, touching));
    }
    const none = found.childElementCount === 0 && `None of the newest ${plural(items.length, 'revision')} changed this connector or its deployments after the first. `;
    show(status, none, h('a', { href: link([tenant, 'history']) }, 'All revisions of the tenant'));
  }
}

const revisionSection = (tenant, one, changes) => h('section', revisionHead(tenant, one), changeList(changes));

const revisionHead = (tenant, one) => h(
  'div.section-head',
  h('h2', h('a', { href: link([tenant, 'history', String(one.revision)]) }, `Revision ${one.revision}`)),
  h('span.muted', time(one.time), ` · ${one.author}`),
);

const concerns = ({ kind, name }, connectorName) =>
  (kind === 'Connector' && name === connectorName) || (kind === 'Deployment' && name.startsWith(`${connectorName}@`));
