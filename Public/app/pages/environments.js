// The places where connectors run.
import { getTagged, inTenant, put, remove } from '../api.js';
import { confirmDialog, formDialog } from '../dialog.js';
import { h } from '../dom.js';
import { checkbox, compact, field } from '../form.js';
import { empty, pagedList } from '../list.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

export default async function environments({ tenant, signal, redraw }) {
  const canChange = may('change_registry', tenant);
  const add = canChange && h(
    'button.primary',
    { type: 'button', onclick: () => edit(tenant, null, redraw) },
    'New environment',
  );
  const columns = [
    { head: 'Environment', cell: (one) => h('strong', one.id) },
    {
      head: 'Protection',
      cell: (one) => (one.protected ? h('span.badge.state-warn', 'protected') : h('span.muted', 'none')),
    },
    { head: 'Description', cell: (one) => one.description },
    ...(canChange ? [{ head: 'Change', class: 'tight', cell: (one) => h('span.actions',
      h(
        'button.small',
        { type: 'button', 'aria-label': `Edit ${one.id}`, onclick: () => edit(tenant, one.id, redraw) },
        'Edit',
      ),
      h(
        'button.small.danger-quiet',
        { type: 'button', 'aria-label': `Remove ${one.id}`, onclick: () => drop(tenant, one.id, redraw) },
        'Remove',
      )) }] : []),
  ];
  return frame('Environments', {
    actions: add,
    intro: 'Where connectors run. A token is good in one environment and nowhere else.',
  },
    await pagedList({
      path: inTenant(tenant, 'environments'), signal, columns, caption: 'Environments',
      empty: empty(
        'No environments yet',
        'Make one for each place where connectors run, such as dev and prod. What is allowed is decided for each.',
      ),
    }));
}

async function edit(tenant, id, redraw) {
  const { document, tag } = id ? await getTagged(inTenant(tenant, 'environments', id)) : { document: {}, tag: null };
  const isDone = await formDialog({
    title: id ? `Environment ${id}` : 'New environment', action: id ? 'Save' : 'Make it',
    body: [
      !id && field({ label: 'Name', name: 'id', hint: 'a-z 0-9 - _ . such as prod', maxlength: 64 }),
      field({ label: 'Description', name: 'description', optional: true, value: document.description ?? '' }),
      checkbox({
        label: 'Protected',
        name: 'protected',
        checked: document.protected ?? false,
        hint: 'Where a mistake reaches customers.',
      }),
    ],
    submit: (data) => {
      const next = compact({
        ...document,
        kind: 'Environment',
        id: id ?? data.get('id').trim(),
        description: data.get('description').trim(),
        protected: data.has('protected'),
      });
      return put(inTenant(tenant, 'environments', next.id), next, tag);
    },
  });
  if (isDone) redraw();
}

async function drop(tenant, id, redraw) {
  const isGone = await confirmDialog({
    title: `Remove the environment ${id}?`, action: 'Remove',
    body: [
      h('p', 'What is deployed there can be called no longer.'),
      checkbox({
        name: 'cascade',
        label: 'Also remove its deployments, their grants, and clients that own nothing else',
      }),
    ],
    submit: (data) => remove(inTenant(tenant, 'environments', id), { cascade: data.has('cascade') && 1 }),
  });
  if (isGone) redraw();
}
