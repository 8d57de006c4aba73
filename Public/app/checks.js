// Which checks each kind of request goes through, in the order in which they are asked.
// Source: docs/protocol.md, "The checks, in their order"; `hallpass audit explain` names the same.
const BEFORE = ['admission', 'caller', 'request_shape'];
const TOKEN = ['token_shape', 'key', 'signature', 'claims', 'issuer', 'audience', 'time', 'enabled', 'tool', 'allow_list', 'scopes', 'grant', 'revoked'];

export const CHECKS = {
  mint: [
    ...BEFORE, 'actor_proof', 'audience', 'enabled', 'tool', 'allow_list', 'scopes', 'grant', 'input_schema', 'constraints', 'approval',
  ],
  verify: [
    ...BEFORE, ...TOKEN, 'arguments', 'input_schema', 'constraints', 'rate', 'ledger', 'approval', 'idempotency',
  ],
  introspect: [...BEFORE, ...TOKEN, 'ledger', 'approval'],
};
