// The drawn signs beside the names of pages: decoration, so screen readers do not hear of them.
import { s } from './dom.js';

const PATHS = {
  overview: 'M3 13l4-5 3 3 6-7M3 17h14',
  connectors: 'M7 3v4M13 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3',
  environments: 'M10 3l7 4-7 4-7-4zM3 11l7 4 7-4',
  grants: 'M12.5 7.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM4 17c.6-3 2.800-4.500 5.500-4.500S14.400 14 15 17',
  who: 'M9 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM13 13l4 4',
  clients: 'M3 5h14v8H3zM8 17h4M10 13v4',
  revoke: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM5.200 5.200l9.600 9.600',
  off: 'M10 3v7M6 5.500a6.500 6.500 0 1 0 8 0',
  quarantine: 'M10 3l8 14H2zM10 8v4M10 14.500v.500',
  credentials: 'M5 9h10v8H5zM7 9V6.500a3 3 0 0 1 6 0V9M10 12v2',
  audit: 'M5 3h10v14H5zM8 7h4M8 10h4M8 13h2',
  history: 'M4 6v4h4M4.500 10a6 6 0 1 1 1.500 4M10 7v3.500l2.500 1.500',
  issuers: 'M10 3l6 2.500v4c0 4-2.600 6.400-6 7.500-3.400-1.100-6-3.500-6-7.500v-4zM7.500 10l2 2 3.500-3.500',
  approvals: 'M4 10.500l4 4 8-9',
  keys: 'M12.500 11a4 4 0 1 0-3.600-2.200L3 14.500V17h3v-2h2v-2l2-1.200c.700.800 1.600 1.200 2.500 1.200z',
  sessions: 'M3 4h14v9H3zM7 17h6',
  admins: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c.500-3 3-4.500 6-4.500s5.500 1.500 6 4.500',
  try: 'M6 4l10 6-10 6z',
  menu: 'M3 6h14M3 10h14M3 14h14',
  copy: 'M7 7h9v10H7zM4 13V3h9',
  check: 'M4 10.500l4 4 8-9',
  cross: 'M5 5l10 10M15 5L5 15',
};

export function icon(name) {
  return s(
    'svg.icon',
    { viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: PATHS[name] }),
  );
}
