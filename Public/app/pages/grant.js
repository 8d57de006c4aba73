// One grant: made, changed, removed.
import { getTagged, inTenant, put, remove } from '../api.js';
import { confirmDialog } from '../dialog.js';
import { h } from '../dom.js';
import { compact, field, form, Mistake, parseJSON, words } from '../form.js';
import { pretty } from '../format.js';
import { go, link } from '../router.js';
import { may } from '../session.js';
import { frame } from '../shell.js';
import { namesOf, suggestedField } from '../suggest.js';
import { asSubject } from './grants.js';

export default async function grant({ tenant, name, query, signal }) {
  const isNew = name === undefined;
  const path = (id) => inTenant(tenant, 'grants', id);
  const { document: registered, tag } = isNew
    ? { document: { ...query, scopes: [] }, tag: null }
    : await getTagged(path(name), signal);
  const canChange = may('change_registry', tenant);
  return frame(isNew ? 'New grant' : name, {
    trail: h('a', { href: link([tenant, 'grants']) }, 'Grants'),
    actions: !isNew && canChange && h('button.danger-quiet', { type: 'button', onclick: withdraw }, 'Withdraw'),
  }, canChange ? fields() : h('pre', pretty(registered)));

  function fields() {
    return form({ action: isNew ? 'Grant it' : 'Save', cancel: link([tenant, 'grants']), submit },
      h('section.card.stack',
        h('div.row',
          field({
            label: 'For',
            name: 'subject',
            value: registered.subject ?? '',
            placeholder: 'user:alice',
            hint: 'user:NAME or group:NAME, as the gateway names them',
          }),
          isNew && field({
            label: 'Name of the grant',
            name: 'id',
            optional: true,
            hint: 'Left empty, it is made from the rest',
          })),
        h('div.row',
          suggestedField({
            label: 'Connector',
            name: 'connector',
            value: registered.connector ?? '',
            names: namesOf(inTenant(tenant, 'connectors')),
            signal,
          }),
          suggestedField({
            label: 'Environment',
            name: 'environment',
            value: registered.environment ?? '',
            names: namesOf(inTenant(tenant, 'environments')),
            signal,
          })),
        field({
          label: 'Scopes',
          name: 'scopes',
          value: registered.scopes.join(' '),
          hint: 'Of the deployment’s scopes, with blanks between',
        }),
        field({
          label: 'Tools',
          name: 'tools',
          value: (registered.tools ?? []).join(' '),
          optional: true,
          hint: 'Only these. Left empty: every allow-listed tool that the scopes cover.',
        }),
        h(
          'div.row',
          field({
            label: 'Until',
            name: 'expires_at',
            type: 'datetime-local',
            step: 1,
            optional: true,
            value: localTime(registered.expires_at),
            hint: 'In your own time. Good up to that moment.',
          }),
        )),
      h(
        'section.card.stack',
        field({
          label: 'Constraints',
          name: 'constraints',
          type: 'json',
          rows: 6,
          optional: true,
          value: registered.constraints?.length ? pretty(registered.constraints) : '',
          hint: 'A list of {tool, schema, when_violated}: what this grant does not cover.',
        }),
      ));
  }

  async function submit(data) {
    const subject = asSubject(data.get('subject').trim());
    const tools = words(data.get('tools'));
    const until = data.get('expires_at');
    const [connector, environment] = [data.get('connector').trim(), data.get('environment').trim()];
    const document = compact({
      ...registered, kind: 'Grant', id: name ?? (
        data.get('id').trim() || madeName(subject, connector, environment)
      ), subject, connector, environment,
      scopes: words(data.get('scopes')), tools: tools.length ? tools : undefined,
      expires_at: until ? new Date(until).toISOString().replace(/\.\d+Z$/, 'Z') : undefined,
      constraints: data.get('constraints').trim() ? parseJSON(data.get('constraints'), 'Constraints') : [],
    });
    await put(path(document.id), document, tag);
    go(link([tenant, 'who'], { subject }));
  }

  async function withdraw() {
    const isGone = await confirmDialog({
      title: `Withdraw the grant ${name}?`, action: 'Withdraw',
      body: h(
        'p',
        `What ${registered.subject} may do by it alone is refused from then on, also with tokens that are out.`,
      ),
      submit: () => remove(path(name)),
    });
    if (isGone) go(link([tenant, 'grants']));
  }
}

/** `alice-crm-mcp-prod`: a name within the alphabet, or a word that one is needed. */
function madeName(subject, connector, environment) {
  const who = subject.replace(/^(user|group):/, '').toLowerCase().replace(
    /[^a-z0-9._-]+/g,
    '-',
  ).replace(/^[^a-z0-9]+/, '');
  const id = `${who}-${connector}-${environment}`;
  if (!who || id.length > 64) throw new Mistake('Give the grant a name: none can be made of this subject.');
  return id;
}

/** As the browser's field for times takes it. */
function localTime(text) {
  if (!text) return '';
  const date = new Date(text);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
