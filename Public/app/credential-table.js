// Upstream credentials as rows, wherever they are listed; never what they are.
import { h } from './dom.js';
import { time } from './format.js';
import { link } from './router.js';

export const KINDS = {
  api_key: 'API key',
  oauth_client_credentials: 'OAuth client credentials',
  oauth_refresh_token: 'OAuth refresh token',
};

const STATES = {
  active: ['state-good', 'active'],
  disabled: ['state-warn', 'switched off'],
  revoked: ['', 'revoked'],
  reauth_required: ['state-bad', 'sign in again'],
};

const FAILURES = {
  unreachable: 'its provider cannot be reached',
  private_address: 'its endpoint leads to an address that is not public',
  timeout: 'its provider does not answer in time',
  server_error: 'its provider fails',
  bad_answer: 'its provider answers what is no token',
  wider_scope: 'its provider gave more than was asked for',
  invalid_grant: 'its provider accepts it no more',
  invalid_client: 'its provider does not know the client, or its secret',
  invalid_scope: 'its provider does not give these scopes',
  refused: 'its provider refused',
};

export const credentialState = (one) => h('span.badge', { class: STATES[one.state]?.[0] }, STATES[one.state]?.[1] ?? one.state);

/** Why the last fetch failed, where it did. */
export const failure = (one) => one.failure && (FAILURES[one.failure] ?? one.failure.replaceAll('_', ' '));

/** Whether someone has to do something about it. */
export const needsSomeone = (one) => (
  one.state === 'reauth_required' || one.provider_revocation === 'failed' || (one.state === 'active' && Boolean(one.failure))
);

export const credentialColumns = (tenant) => [
  {
    head: 'Credential',
    cell: (one) => [
      h('a', { href: link([tenant, 'credentials', one.name]) }, one.name),
      h('span.below', KINDS[one.kind] ?? one.kind),
    ],
  },
  { head: 'At', cell: (one) => [`${one.connector}@${one.environment}`, one.sub && h('span.below', `for ${one.sub}`)] },
  {
    head: 'State',
    cell: (one) => [
      credentialState(one),
      failure(one) && h('span.below', failure(one), ', ', time(one.failed_at)),
      one.provider_revocation === 'failed' && h('span.below', 'not ended at its provider'),
    ],
  },
  { head: 'Secret since', class: 'tight', cell: (one) => time(one.rotated_at) },
  {
    head: 'Last given',
    class: 'tight',
    cell: (one) => (one.last_issued_at ? time(one.last_issued_at) : h('span.muted', 'never')),
  },
];
