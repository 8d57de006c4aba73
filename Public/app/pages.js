// The pages: where each is, which module draws it, who is offered it. One module a page, loaded when it is first opened.

/** `path`: segments behind the tenant; `:name` is a parameter. `needs`: a permission in the tenant. `nav`: its name there. */
export const PAGES = [
  { path: '', module: 'overview', nav: 'Overview', icon: 'overview' },
  { path: 'connectors', module: 'connectors', nav: 'Connectors', icon: 'connectors', needs: 'read_registry' },
  { path: 'connectors/:name', module: 'connector', under: 'connectors', needs: 'read_registry' },
  { path: 'connectors/:name/edit', module: 'connector-form', under: 'connectors', needs: 'change_registry' },
  { path: 'deployments/:name', module: 'deployment-form', under: 'connectors', needs: 'change_registry' },
  { path: 'new-connector', module: 'connector-form', under: 'connectors', needs: 'change_registry' },
  { path: 'apply', module: 'apply', under: 'history', needs: 'change_registry' },
  { path: 'environments', module: 'environments', nav: 'Environments', icon: 'environments', needs: 'read_registry' },
  { path: 'try', module: 'try', nav: 'Try it', icon: 'try', needs: 'read_registry' },
  { path: 'grants', module: 'grants', nav: 'Grants', icon: 'grants', needs: 'read_registry', group: 'Access' },
  { path: 'grants/:name', module: 'grant', under: 'grants', needs: 'read_registry' },
  { path: 'new-grant', module: 'grant', under: 'grants', needs: 'change_registry' },
  { path: 'who', module: 'who', nav: 'Who may what', icon: 'who', needs: 'read_registry', group: 'Access' },
  { path: 'clients', module: 'clients', nav: 'Clients', icon: 'clients', needs: 'read_registry', group: 'Access' },
  { path: 'clients/:name', module: 'client', under: 'clients', needs: 'read_registry' },
  { path: 'new-client', module: 'client', under: 'clients', needs: 'change_registry' },
  { path: 'issuers', module: 'issuers', nav: 'Issuers', icon: 'issuers', needs: 'read_registry', group: 'Access' },
  { path: 'issuers/:name', module: 'issuer', under: 'issuers', needs: 'read_registry' },
  { path: 'new-issuer', module: 'issuer', under: 'issuers', needs: 'change_registry' },
  { path: 'people', module: 'people', nav: 'People', icon: 'admins', needs: 'manage_admins', group: 'Access' },
  {
    path: 'approvals',
    module: 'approvals',
    nav: 'Approvals',
    icon: 'approvals',
    needs: 'read_approvals',
    group: 'Security',
  },
  { path: 'approvals/:id', module: 'approval', under: 'approvals', needs: 'read_approvals' },
  { path: 'keys', module: 'keys', nav: 'Signing keys', icon: 'keys', needs: 'read_registry', group: 'Security' },
  {
    path: 'revocations',
    module: 'revocations',
    nav: 'Revocations',
    icon: 'revoke',
    needs: 'read_registry',
    group: 'Security',
  },
  { path: 'disabled', module: 'disabled', nav: 'Switched off', icon: 'off', needs: 'read_registry', group: 'Security' },
  {
    path: 'quarantine',
    module: 'quarantine',
    nav: 'Quarantine',
    icon: 'quarantine',
    needs: 'read_registry',
    group: 'Security',
  },
  {
    path: 'credentials',
    module: 'credentials',
    nav: 'Upstream credentials',
    icon: 'credentials',
    needs: 'manage_credentials',
    group: 'Security',
  },
  { path: 'credentials/:name', module: 'credential', under: 'credentials', needs: 'manage_credentials' },
  { path: 'new-credential', module: 'credential-form', under: 'credentials', needs: 'manage_credentials' },
  { path: 'audit', module: 'audit', nav: 'Audit', icon: 'audit', needs: 'read_audit', group: 'Security' },
  { path: 'audit/chain', module: 'chain', under: 'audit', needs: 'read_audit' },
  { path: 'audit/:sequence', module: 'record', under: 'audit', needs: 'read_audit' },
  { path: 'history', module: 'history', nav: 'History', icon: 'history', needs: 'read_registry', group: 'Security' },
  { path: 'history/:revision', module: 'revision', under: 'history', needs: 'read_registry' },
];

/** @returns the page at these segments and its parameters, or `null`. */
export function find(segments) {
  for (const page of PAGES) {
    const parameters = match(page.path ? page.path.split('/') : [], segments);
    if (parameters) return { page, parameters };
  }
  return null;
}

function match(pattern, segments) {
  if (pattern.length !== segments.length) return null;
  const parameters = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith(':')) parameters[part.slice(1)] = segments[index];
    else if (part !== segments[index]) return null;
  }
  return parameters;
}
