// From an address to a page: sign in first, find the page, draw it, say so when that failed.
import { whenSignedOut } from './api.js';
import { h, show } from './dom.js';
import { closeDialogs } from './dialog.js';
import { find } from './pages.js';
import { problemPanel } from './problem.js';
import { go, link, location } from './router.js';
import { forgetSession, loadSession, may, session } from './session.js';
import { drawShell, frame } from './shell.js';
import { signInPage } from './pages/sign-in.js';

const root = document.getElementById('app');
// Of the page being drawn; aborted when another is opened, so that a slow answer never lands on the wrong page.
let drawing = new AbortController();
let isFirst = true;

async function draw() {
  drawing.abort();
  drawing = new AbortController();
  const { signal } = drawing;
  closeDialogs();
  if (!session()) return showSignIn();
  const { segments, query } = location();
  const [tenant, ...rest] = segments;
  if (!tenant) return go(link([session().account.tenant]));
  const isOwn = tenant === 'me';
  const found = isOwn ? { page: { module: 'account' }, parameters: {} } : find(rest);
  const shell = drawShell(root, { tenant: isOwn ? session().account.tenant : tenant, page: found?.page });
  const timer = setTimeout(() => shell.main.setAttribute('aria-busy', 'true'), 150);
  try {
    const content = await pageContent(found, { tenant, query, signal, redraw: draw });
    if (signal.aborted) return;
    show(shell.main, content);
    settle(shell.main);
  } catch (problem) {
    if (signal.aborted || problem.name === 'AbortError' || !session()) return;
    show(shell.main, problemPanel(problem, { retry: draw }));
    settle(shell.main);
  } finally {
    clearTimeout(timer);
    if (!signal.aborted) shell.main.removeAttribute('aria-busy');
  }
}

async function pageContent(found, context) {
  if (!found) {
    return frame('There is no such page', {}, h('p', 'The address leads nowhere. The menu has everything there is.'));
  }
  const { page, parameters } = found;
  const { account, tenants = [] } = session();
  if (context.tenant !== 'me' && context.tenant !== account.tenant && !tenants.includes(context.tenant)) {
    return frame(
      'There is no such tenant',
      {},
      h('p', 'Or it is none of yours. ', h('a', { href: link([account.tenant]) }, `Go to ${account.tenant}`)),
    );
  }
  if (page.needs && !may(page.needs, context.tenant)) {
    return frame('Not yours to see', {}, h('p',
      'Your roles do not include what this page needs (', h('code', page.needs), '). An admin of the tenant can give it to you.'));
  }
  const module = await import(`./pages/${page.module}.js`);
  return module.default({ ...context, ...parameters });
}

/** Puts the title where it is heard and the focus where reading starts, but not on a first load. */
function settle(main) {
  main.dataset.at = window.location.hash;
  const heading = main.querySelector('h1');
  document.title = heading ? `${heading.textContent} · Hallpass` : 'Hallpass';
  if (!isFirst && heading && !main.contains(document.activeElement)) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  if (!isFirst) window.scrollTo(0, 0);
  isFirst = false;
}

function showSignIn(note) {
  show(root, signInPage({ note, onSignedIn: draw }));
  document.title = 'Sign in · Hallpass';
}

function shortcuts(event) {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, dialog')) return;
  const search = document.querySelector('[data-search]');
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
}

whenSignedOut(() => {
  if (!session()) return;
  forgetSession();
  drawing.abort();
  closeDialogs();
  showSignIn('The session has ended. Sign in to go on where you were.');
});
window.addEventListener('hashchange', draw);
window.addEventListener('keydown', shortcuts);
try {
  await loadSession();
  await draw();
} catch (problem) {
  show(root, h('main.alone', problemPanel(problem, { retry: () => window.location.reload() })));
}
