// Documents pasted as JSON: looked at as a plan first, then applied.
import { inTenant, post } from './api.js';
import { changeList, summary } from './changes.js';
import { h, show } from './dom.js';
import { field, form, Mistake, parseJSON } from './form.js';
import { showSecrets } from './secret.js';
import { warningList } from './warnings.js';

const EXAMPLE = `{ "server": "crm-mcp",
  "auth": { "mode": "oauth", "scopes": ["contacts:read"], "token_ttl_seconds": 300 },
  "environment": "prod",
  "tools_allow": ["find_contact"] }`;

export function documentsForm({ tenant, onApplied }) {
  const plan = h('div', { 'aria-live': 'polite' });
  const text = field({
    label: 'Documents',
    name: 'documents',
    type: 'json',
    rows: 16,
    placeholder: EXAMPLE,
    hint: 'One JSON document, or a list of them, of any kind. YAML and whole folders: hallpass apply.',
    oninput: () => show(plan),
  });
  return h('div.stack', form({ action: 'Look at the plan', submit: look }, text), plan);

  async function look(data) {
    show(plan);
    const documents = read(data.get('documents'));
    const answer = await post(inTenant(tenant, 'apply'), { documents, dry_run: true });
    const { changes } = answer.plan;
    if (changes.length === 0) return show(
      plan,
      h('p.note', 'Nothing would change: it is registered like this already.'),
    );
    show(plan, h(
      'section',
      h('h2', 'The plan'),
      h('p.muted', summary(changes)),
      warningList(answer.warnings),
      changeList(changes),
    ),
      form({ action: 'Apply it', submit: () => apply(documents) }));
  }

  async function apply(documents) {
    const answer = await post(inTenant(tenant, 'apply'), { documents });
    await showSecrets(answer.secrets);
    onApplied(answer);
  }
}

function read(text) {
  const value = parseJSON(text, 'The text');
  const documents = Array.isArray(value) ? value : [value];
  if (!documents.every((one) => one !== null && typeof one === 'object' && !Array.isArray(one))) throw new Mistake(
    'Each document is a JSON object.',
  );
  return documents;
}
