// The people who administer this tenant: accounts, one-time links, sessions.
import { get, inTenant, post, remove, request } from '../api.js';
import { copyTextButton } from '../copy.js';
import { confirmDialog, formDialog, noticeDialog } from '../dialog.js';
import { h, show } from '../dom.js';
import { checkbox, compact, field } from '../form.js';
import { time } from '../format.js';
import { empty, pagedList, table } from '../list.js';
import { problemPanel } from '../problem.js';
import { session } from '../session.js';
import { frame } from '../shell.js';

const ROLES = {
  tenant_admin: 'Changes the registry, clients and people',
  security: 'Revokes, decides approvals, keys and credentials',
  auditor: 'Reads the audit',
  viewer: 'Looks at the registry',
};

export default async function people({ tenant, signal, redraw }) {
  const path = (...rest) => inTenant(tenant, 'admins', ...rest);
  const add = h('button.primary', { type: 'button', onclick: () => edit(null) }, 'New account');
  const isMe = (one) => one.username === session().account.username && tenant === session().account.tenant;
  const columns = [
    {
      head: 'Name',
      cell: (one) => [
        h('strong', one.username),
        isMe(one) && [' ', h('span.badge.state-good', 'you')],
        one.display_name && h('span.below', one.display_name),
      ],
    },
    {
      head: 'Roles',
      cell: (one) => one.roles.map((role) => role.replaceAll('_', ' ')).join(', ') || h('span.muted', 'none'),
    },
    { head: 'In calls', cell: (one) => one.subject },
    {
      head: 'Password',
      class: 'tight',
      cell: (one) => (
        one.has_password ? time(one.password_changed_at ?? one.created_at) : h('span.badge.state-warn', 'not set up')
      ),
    },
    { head: 'Change', class: 'tight', cell: (one) => h('span.actions',
      act('Edit', one, () => edit(one)), act('Link', one, () => invite(one)), act('Sessions', one, () => sessions(one)),
      !isMe(one) && act('Remove', one, () => drop(one), 'danger-quiet')) },
  ];
  return frame('People', { actions: add, intro: 'Who signs in here. Each sets their password by a one-time link.' },
    await pagedList({
      path: path(),
      signal,
      columns,
      caption: 'Accounts',
      empty: empty(
        'Nobody signs in here yet',
        'People of the platform administer this tenant. Make an account for its own.',
        add,
      ),
    }));

  async function edit(one) {
    const roles = tenant === 'platform' ? {
      platform_admin: 'Creates tenants and changes every registry',
      ...ROLES,
    } : ROLES;
    const made = await formDialog({
      title: one ? `Account ${one.username}` : 'New account', action: one ? 'Save' : 'Make it',
      body: [
        !one && field({
          label: 'Name',
          name: 'username',
          maxlength: 64,
          autocapitalize: 'none',
          hint: 'a-z 0-9 - _ . What they sign in with.',
        }),
        field({ label: 'Display name', name: 'display_name', optional: true, value: one?.display_name ?? '' }),
        field({
          label: 'Name in calls',
          name: 'subject',
          optional: true,
          value: one?.subject ?? '',
          hint: 'The sub under which they have agents act, if it is another: nobody decides their own approvals.',
        }),
        h('fieldset', h('legend.legend', 'Roles'), h('div.stack', Object.entries(roles).map(([role, hint]) =>
          checkbox({
            label: role.replaceAll('_', ' '),
            name: 'roles',
            value: role,
            checked: one?.roles.includes(role) ?? false,
            hint,
          })))),
      ],
      submit: async (data) => {
        const username = one?.username ?? data.get('username').trim();
        const body = compact({
          roles: data.getAll('roles'),
          display_name: data.get('display_name').trim(),
          subject: data.get('subject').trim(),
        });
        await request('PUT', path(username), { body });
        return one ? true : { username };
      },
    });
    if (made?.username) await invite(made);
    if (made) redraw();
  }

  async function invite({ username, has_password: isSetUp }) {
    const made = isSetUp
      ? await confirmDialog({
        title: `A new link for ${username}?`,
        action: 'Make the link',
        danger: false,
        body: h('p', 'Whoever opens it first sets a new password. The sessions there are end then, not before.'),
        submit: () => post(path(username, 'invitation')),
      })
      : await post(path(username, 'invitation'));
    if (!made) return;
    await noticeDialog({
      title: `The one-time link for ${username}`, close: 'Done',
      body: [h('p', 'It is shown this once and works once. Give it to them alone, by a way you trust.'),
        h(
          'div.secret',
          h('code', made.link),
          h('div', copyTextButton('Copy the link', () => made.link)),
        ), h('p.hint', 'Good until ', time(made.expires_at), '.')],
    });
  }

  async function sessions({ username }) {
    const { items } = await get(path(username, 'sessions'), {});
    const isDone = await confirmDialog({
      title: `Sessions of ${username}`, action: 'End all of them', wide: true,
      body: items.length === 0 ? h('p.muted', 'None.') : table([
        { head: 'From', cell: (one) => [one.address ?? 'unknown', one.user_agent && h('span.below', one.user_agent)] },
        { head: 'Last used', class: 'tight', cell: (one) => time(one.last_used_at) },
        { head: 'Ends', class: 'tight', cell: (one) => time(one.expires_at) },
        { head: 'End it', class: 'tight', cell: endOne },
      ], items, { caption: `Sessions of ${username}` }),
      submit: () => remove(path(username, 'sessions')),
    });
    if (isDone) redraw();

    function endOne(one) {
      const button = h(
        'button.small.danger-quiet',
        { type: 'button', 'aria-label': `End the session from ${one.address ?? 'unknown'}`, onclick: end },
        'End',
      );
      return button;

      async function end() {
        button.disabled = true;
        try {
          await remove(path(username, 'sessions', one.id));
          show(button.parentElement, h('span.muted', 'ended'));
        } catch (problem) {
          show(button.parentElement, problemPanel(problem));
        }
      }
    }
  }

  async function drop({ username }) {
    const isGone = await confirmDialog({
      title: `Remove the account ${username}?`, action: 'Remove', body: h(
        'p',
        'Their sessions end at once. What they did stays on record.',
      ), submit: () => remove(path(username)),
    });
    if (isGone) redraw();
  }
}

const act = (text, one, onclick, kind) => h(
  'button.small',
  { type: 'button', class: kind, 'aria-label': `${text}: ${one.username}`, onclick },
  text,
);
