// Sign in. A page of its own: nothing of the rest is drawn before someone is known.
import { h, uniqueID } from '../dom.js';
import { field, form } from '../form.js';
import { signIn } from '../session.js';

export function signInPage({ note, onSignedIn }) {
  const id = uniqueID('heading');
  return h('main.alone',
    h('section.card', { 'aria-labelledby': id },
      h('p.brand', h('span.mark', { 'aria-hidden': 'true' }, 'H'), 'Hallpass'),
      h('h1', { id }, 'Sign in'),
      note && h('p.note', { role: 'status' }, note),
      form({ action: 'Sign in', submit },
        field({
          label: 'Tenant',
          name: 'tenant',
          autocomplete: 'organization',
          autofocus: true,
          autocapitalize: 'none',
        }),
        field({ label: 'Name', name: 'username', autocomplete: 'username', autocapitalize: 'none' }),
        field({ label: 'Password', name: 'password', type: 'password', autocomplete: 'current-password' }))));

  async function submit(data, element) {
    try {
      await signIn(data.get('tenant').trim(), data.get('username').trim(), data.get('password'));
    } finally {
      element.elements.password.value = '';
    }
    onSignedIn();
  }
}
