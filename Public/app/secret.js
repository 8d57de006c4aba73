// A secret that was just made: shown once, copied, and gone from the page when the dialog closes.
import { copyTextButton } from './copy.js';
import { noticeDialog } from './dialog.js';
import { h } from './dom.js';

/** @param secrets `{ client: secret }` */
export function showSecrets(secrets) {
  const entries = Object.entries(secrets ?? {});
  if (entries.length === 0) return Promise.resolve();
  return noticeDialog({
    title: entries.length === 1 ? `The secret of ${entries[0][0]}` : 'The secrets of new clients',
    close: 'I have stored it',
    body: [
      h(
        'p',
        'This is the only time it is shown: only a digest is kept here. Put it where the machine reads it, and nowhere else.',
      ),
      entries.map(
        ([client, secret]) => h(
          'div.secret',
          h('strong', client),
          h('code', secret),
          h('div', copyTextButton('Copy the secret', () => secret)),
        ),
      ),
    ],
  });
}
