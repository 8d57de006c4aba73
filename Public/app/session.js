// Who is signed in, and what they may do. Only what the server said; it refuses everything else by itself.
import { request } from './api.js';

let current = null;

/** The signed-in account: `{ tenant, username, roles, permissions, subject? }`, its `session` and its `tenants`. */
export const session = () => current;

/** @returns whether anyone is signed in. */
export async function loadSession() {
  try {
    const { value } = await request('GET', '/v1/session', { isSignIn: true });
    current = value;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    current = null;
  }
  return current !== null;
}

export async function signIn(tenant, username, password) {
  await request('POST', '/v1/session', { body: { tenant, username, password }, isSignIn: true });
  await loadSession();
}

export async function signOut() {
  await request('DELETE', '/v1/session', { isSignIn: true });
  current = null;
}

export function forgetSession() {
  current = null;
}

/** Whether the account holds this permission in that tenant. */
export function may(permission, tenant) {
  if (!current) return false;
  const { account } = current;
  const permissions = tenant === account.tenant ? account.permissions : account.permissions_elsewhere ?? [];
  return permissions.includes(permission);
}
