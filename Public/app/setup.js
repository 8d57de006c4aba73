// The one-time link: whoever has it chooses a name and a password, once.
import { request } from './api.js';
import { h, show } from './dom.js';
import { field, form, Mistake } from './form.js';

const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
// Out of the address bar and the history at once; from here on it is in memory only.
window.history.replaceState(null, '', window.location.pathname);

show(document.getElementById('app'), h('main.alone', h('section.card',
  h('p.brand', h('span.mark', { 'aria-hidden': 'true' }, 'H'), 'Hallpass'),
  h('h1', 'Set up your account'),
  token ? setUpForm() : h(
    'p',
    'This page needs the whole one-time link. If it was used or reloaded, ask for a new one, or ',
    h('a', { href: '/' }, 'sign in'),
    '.',
  ))));

function setUpForm() {
  return form({ action: 'Set up and sign in', submit },
    field({
      label: 'Name',
      name: 'username',
      autocomplete: 'username',
      autocapitalize: 'none',
      maxlength: 64,
      autofocus: true,
      hint: 'a-z 0-9 - _ . If you were invited, the name you were invited by.',
    }),
    field({
      label: 'Password',
      name: 'password',
      type: 'password',
      autocomplete: 'new-password',
      hint: 'Long beats complicated: a few words that do not belong together.',
    }),
    field({ label: 'Password again', name: 'again', type: 'password', autocomplete: 'new-password' }));
}

async function submit(data) {
  if (data.get('password') !== data.get('again')) throw new Mistake('The two passwords differ.');
  await request(
    'POST',
    '/v1/setup',
    { body: { token, username: data.get('username').trim(), password: data.get('password') }, isSignIn: true },
  );
  window.location.replace('/');
}
