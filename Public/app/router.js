// Addresses of pages: `#/acme/connectors/crm-mcp?tab=history`. In the fragment, because the server serves files by their
// exact path; so reload, back and a copied link work without it knowing of pages.

/** What the address bar names: path segments and query, decoded. */
export function location() {
  const text = window.location.hash.replace(/^#/, '') || '/';
  const [path, query = ''] = text.split(/\?(.*)/s);
  let segments;
  try {
    segments = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    segments = ['?'];
  }
  return { segments, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** `link(['acme', 'audit'], { sub: 'alice' })`: the address as a link takes it. Empty values are left out. */
export function link(segments, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(kept).toString();
  return `#/${segments.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

/** Goes to a page as if its link had been clicked. */
export function go(address) {
  if (window.location.hash === address) window.dispatchEvent(new HashChangeEvent('hashchange'));
  else window.location.hash = address;
}

/** Changes the address without a new entry to go back to, and without drawing the page again. */
export function replace(address) {
  window.history.replaceState(null, '', address);
}
