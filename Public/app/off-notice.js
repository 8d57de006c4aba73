// On the page of a thing: that it, or what it is part of, is switched off; and the way to switching it off.
import { get, inTenant } from './api.js';
import { h, show } from './dom.js';
import { time } from './format.js';
import { link } from './router.js';
import { may } from './session.js';

/** Filled beside the page, which does not wait for it. `concerns` says of one switch whether it is worth telling here. */
export function offNotice(tenant, concerns, signal) {
  const holder = h('div');
  if (may('read_registry', tenant)) tell();
  return holder;

  async function tell() {
    try {
      const { items } = await get(inTenant(tenant, 'disabled'), { limit: 500 }, signal);
      const found = items.filter((one) => one.dimension === 'tenant' || concerns(one));
      show(holder, found.map((one) => h('p.note.bad',
        h('strong', `The ${one.dimension} ${one.id} is switched off`), ` by ${one.author} since `, time(one.time), `: ${one.reason} `,
        h('a', { href: link([tenant, 'disabled']) }, 'All that is off'))));
    } catch {
      // The page is about something else and says its own problems; the list of switches says this one.
    }
  }
}

/** For those who may: the two ways to end what is going on. */
export function cutOffLinks(tenant, dimension, id) {
  if (!may('revoke', tenant)) return null;
  const target = { dimension, id };
  return [
    h('a.button', { href: link([tenant, 'revocations'], target) }, 'Revoke…'),
    h('a.button', { href: link([tenant, 'disabled'], target) }, 'Switch off…'),
  ];
}
