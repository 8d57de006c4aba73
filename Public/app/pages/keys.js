// The keys that sign tokens: which sign, which are still good for what they signed, and following them by new ones.
import { inTenant, post } from '../api.js';
import { confirmDialog, noticeDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field, Mistake } from '../form.js';
import { code, number, plural, time } from '../format.js';
import { empty, pagedList } from '../list.js';
import { link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';

const STATES = {
  active: ['state-good', 'signs'],
  verify_only: ['state-warn', 'verifies only'],
  retired: ['', 'retired'],
  compromised: ['state-bad', 'compromised'],
};

export default async function keys({ tenant, query, signal, redraw }) {
  const canChange = may('manage_keys', tenant);
  const columns = [
    { head: 'Deployment', cell: (one) => [h('strong', one.deployment), h('span.below', code(one.kid))] },
    {
      head: 'State',
      class: 'tight',
      cell: (one) => h('span.badge', { class: STATES[one.state]?.[0] }, STATES[one.state]?.[1] ?? one.state),
    },
    { head: 'Tokens out', class: 'number', cell: (one) => number(one.outstanding_tokens) },
    { head: 'Made', class: 'tight', cell: (one) => time(one.created_at) },
    {
      head: 'Ends',
      class: 'tight',
      cell: (one) => (
        one.compromised_at ? time(one.compromised_at) : one.retires_at ? time(one.retires_at) : one.rotates_at ? [
          h('span.muted', 'followed '), time(one.rotates_at),
        ] : h(
          'span.muted',
          'when followed',
        )
      ),
    },
    ...(canChange ? [{ head: 'Change', class: 'tight', cell: (one) => one.state === 'active' && h('span.actions',
      h(
        'button.small',
        { type: 'button', 'aria-label': `Rotate the key of ${one.deployment}`, onclick: () => rotate(one.deployment) },
        'Rotate',
      ),
      h(
        'button.small.danger-quiet',
        {
          type: 'button',
          'aria-label': `Emergency for the key of ${one.deployment}`,
          onclick: () => compromise(one.deployment),
        },
        'Emergency',
      )) }] : []),
  ];
  const states = [['', 'All'], ['active', 'Signing'], ['verify_only', 'Verifying only'], ['retired', 'Retired']];
  return frame('Signing keys', {
    intro: 'One key signs for each deployment. Its followers take over by a timer, by hand, or at once in an emergency.',
    actions: canChange && [
      h('button', { type: 'button', onclick: () => rotate(null) }, 'Rotate all'),
      h('button.danger-quiet', { type: 'button', onclick: () => compromise(null) }, 'Emergency for all'),
    ],
  },
  h(
    'nav.tabs',
    { 'aria-label': 'State' },
    states.map(
      ([id, name]) => h(
        'a',
        { href: link([tenant, 'keys'], { state: id }), 'aria-current': (query.state ?? '') === id && 'page' },
        name,
      ),
    ),
  ),
  await pagedList({
    path: inTenant(tenant, 'keys'), query: { state: query.state }, signal, columns, caption: 'Signing keys',
    empty: empty(query.state ? 'None in this state' : 'No keys yet', 'A key is made with each deployment.'),
  }));

  async function rotate(deployment) {
    const done = await confirmDialog({
      title: deployment ? `Rotate the key of ${deployment}?` : 'Rotate all keys?', action: 'Rotate', danger: false,
      body: [
        h(
          'p',
          'A new key signs from then on. The old one stays good for what it signed, so no token is refused for it.',
        ),
        field({ label: 'Reason', name: 'reason', optional: true }),
      ],
      submit: (data) => post(
        inTenant(tenant, 'keys', 'rotate'),
        { ...which(deployment), ...(data.get('reason').trim() && { reason: data.get('reason').trim() }) },
      ),
    });
    await tell(
      done,
      done && [
        `${plural(done.keys.length, 'new key')} now sign${done.keys.length === 1 ? 's' : ''}.`,
        done.retires_at && [' The last of the old ones retires at ', time(done.retires_at), '.'],
      ],
    );
  }

  async function compromise(deployment) {
    const name = deployment ?? tenant;
    const done = await confirmDialog({
      title: deployment ? `The key of ${deployment} is in other hands?` : `The keys of ${tenant} are in other hands?`, action: 'End them now',
      body: [
        h(
          'p',
          'The old keys, superseded ones too, are dead at once: every token they signed is refused as unknown_key. Gateways have to mint again.',
        ),
        field({
          label: 'Reason',
          name: 'reason',
          type: 'textarea',
          rows: 2,
          hint: 'For the audit',
        }), field({ label: `Type ${name} to go on`, name: 'typed' }),
      ],
      submit: (data) => {
        if (data.get('typed') !== name) throw new Mistake(`What you typed is not ${name}.`);
        return post(
          inTenant(tenant, 'keys', 'compromise'),
          { ...which(deployment), reason: data.get('reason').trim() },
        );
      },
    });
    await tell(
      done,
      done && `${plural(done.keys.length, 'new key')}; ${plural(done.ended_tokens, 'live token')} ended.`,
    );
  }

  async function tell(done, text) {
    if (!done) return;
    redraw();
    await noticeDialog({ title: 'It is done', body: h('p', text) });
  }
}

const which = (deployment) => (deployment ? { deployment } : { all: true });
