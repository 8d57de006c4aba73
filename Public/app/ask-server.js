// Has the broker ask a running MCP server for its tools: a browser reaches this origin only.
import { inTenant, post } from './api.js';
import { h } from './dom.js';
import { field, form } from './form.js';

/** @param onTools is given what the server says of each tool, and the address that was asked. */
export function askForm({ tenant, address = '', onTools }) {
  const token = field({
    label: 'Token for the server',
    type: 'password',
    optional: true,
    maxlength: 8192,
    hint: 'Shown to it as a bearer token, for this once. It is kept nowhere.',
  });
  return form({ action: 'Ask the server', submit },
    h('div.row', field({
      label: 'Address of the server',
      name: 'url',
      type: 'url',
      value: address,
      maxlength: 512,
      autocapitalize: 'none',
      placeholder: 'https://crm.example.com/mcp',
      hint: 'Its MCP endpoint over HTTP, as this broker reaches it: https, or http on the broker’s own machine.',
    }), token));

  async function submit(data) {
    const input = token.querySelector('input');
    const secret = input.value;
    // Gone from the page, whether it was taken or not.
    input.value = '';
    const url = data.get('url').trim();
    const { tools } = await post(inTenant(tenant, 'tools', 'fetch'), { url, ...(secret && { token: secret }) });
    await onTools(tools, url);
  }
}
