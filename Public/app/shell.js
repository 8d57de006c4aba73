// What stands around every page: the menu, the tenant, who is signed in.
import { h, show } from './dom.js';
import { icon } from './icons.js';
import { PAGES } from './pages.js';
import { go, link } from './router.js';
import { may, session, signOut } from './session.js';

let shell = null;

/** Draws the frame once and only marks the current page after that. @returns `{ main }`, where the page goes. */
export function drawShell(root, { tenant, page }) {
  const key = `${tenant} ${session().account.username}`;
  if (shell?.key !== key || !root.contains(shell.main)) shell = build(root, tenant, key);
  const current = page?.under ?? page?.path;
  for (const [path, anchor] of shell.links) {
    if (path === current) anchor.setAttribute('aria-current', 'page');
    else anchor.removeAttribute('aria-current');
  }
  shell.close();
  return shell;
}

function build(root, tenant, key) {
  const links = new Map();
  const menu = h('nav', { id: 'menu', 'aria-label': 'Pages' }, groups(tenant, links));
  const main = h('main', { id: 'main' });
  const button = h('button.menu-button', {
    type: 'button',
    'aria-expanded': 'false',
    'aria-controls': 'menu',
    onclick: toggle,
  },
    icon('menu'), h('span.unseen', 'Menu'));
  const side = h('header.side',
    h('div.brand', h('a', { href: link([tenant]) }, mark(), 'Hallpass'), button),
    h('div.side-body', tenantSwitch(tenant), menu, who()));

  function toggle() {
    const isOpen = side.classList.toggle('open');
    button.setAttribute('aria-expanded', String(isOpen));
  }
  function close() {
    side.classList.remove('open');
    button.setAttribute('aria-expanded', 'false');
  }
  side.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      close();
      button.focus();
    }
  });
  show(root, h('a.skip', { href: '#main', onclick: skip }, 'Skip to the page'), h('div.frame', side, main));
  return { key, main, links, close };

  function skip(event) {
    event.preventDefault();
    main.tabIndex = -1;
    main.focus();
  }
}

const mark = () => h('span.mark', { 'aria-hidden': 'true' }, 'H');

function groups(tenant, links) {
  const byGroup = new Map();
  for (const page of PAGES) {
    if (!page.nav || (page.needs && !may(page.needs, tenant))) continue;
    const group = page.group ?? '';
    const anchor = h('a', { href: link([tenant, ...page.path.split('/').filter(Boolean)]) }, icon(page.icon), page.nav);
    links.set(page.path, anchor);
    byGroup.set(group, [...(byGroup.get(group) ?? []), h('li', anchor)]);
  }
  return [...byGroup].map(
    ([name, items]) => [name && h('p.group', name), h('ul', { 'aria-label': name || 'General' }, items)],
  );
}

/** A name where there is one tenant, a choice where there are several. */
function tenantSwitch(tenant) {
  const tenants = session().tenants ?? [tenant];
  if (tenants.length < 2) return h('p.tenant', h('span.unseen', 'Tenant: '), tenant);
  const known = tenants.includes(tenant) ? tenants : [tenant, ...tenants];
  return h('label.tenant', h('span.unseen', 'Tenant'),
    h('select', { onchange: (event) => go(link([event.target.value])) },
      known.map((id) => h('option', { value: id, selected: id === tenant }, id))));
}

function who() {
  const { account } = session();
  return h('div.who',
    h('a', { href: link(['me']), title: 'Your sessions and your password' },
      h('strong', account.username), h(
        'span',
        account.roles.map((role) => role.replaceAll('_', ' ')).join(', ') || 'no role',
      )),
    h('button.quiet', { type: 'button', onclick: leave }, 'Sign out'));
}

async function leave() {
  try {
    await signOut();
  } finally {
    // A full load, so that nothing of what was shown stays in memory.
    window.location.replace('/');
  }
}

/** A page: its heading, what can be done on it, its parts. */
export function frame(title, { actions, trail, intro } = {}, ...content) {
  return [
    h('div.page-head',
      h('div', trail && h('p.trail', trail), h('h1', title), intro && h('p.intro', intro)),
      actions && h('div.actions', actions)),
    ...content,
  ];
}
