// Verifies a tenant's chain here, record by record: the server is asked for records, not for a verdict.
//
// hash = SHA-256(0x00 ‖ hash of the record before ‖ record), the record being the canonical text that the server gives.
import { get, inTenant } from './api.js';

const text = new TextEncoder();
const PAGE = 500;

/**
 * @param onProgress called after each page with how many records fit so far and how many there are.
 * @param checkpoint `{ seq, hash }` noted before, or `null`.
 * @returns `{ head: { seq, hash }, checkpointIsMet }`
 * @throws {Break} naming the first record that does not fit.
 */
export async function verifyChain({ tenant, checkpoint, signal, onProgress }) {
  const head = { seq: 0, hash: new Uint8Array(32) };
  let checkpointIsMet = null;
  let end = null;
  do {
    const page = await get(inTenant(tenant, 'audit', 'chain'), { after: head.seq, limit: PAGE }, signal);
    // The first answer's head is the goal: the chain grows while it is read, and reading it makes no record.
    end ??= page.head;
    if (page.items.length === 0) break;
    for (const item of page.items) {
      await append(head, item, tenant);
      if (checkpoint && item.seq === checkpoint.seq) checkpointIsMet = encode(head.hash) === checkpoint.hash;
    }
    onProgress(head.seq, Math.max(end.seq, head.seq));
    signal.throwIfAborted();
  } while (head.seq < end.seq);
  if (head.seq < end.seq) throw new Break(head.seq + 1, 'it is missing: the server says that the chain goes on.');
  if (checkpoint && checkpointIsMet === null) throw new Break(
    head.seq + 1,
    `the chain ends before the noted head at ${checkpoint.seq}: records were cut off.`,
  );
  if (checkpointIsMet === false) throw new Break(
    checkpoint.seq,
    'its hash is not the one that was noted: the chain was written anew.',
  );
  return { head: { seq: head.seq, hash: encode(head.hash) } };
}

/** Where the chain breaks. */
class Break extends Error {
  constructor(seq, why) {
    super(`The chain is broken at record ${seq}: ${why}`);
    this.seq = seq;
  }
}

async function append(head, item, tenant) {
  if (item.seq !== head.seq + 1) throw new Break(
    head.seq + 1,
    `the next one is ${item.seq}: a record was removed, inserted or moved.`,
  );
  const record = text.encode(item.record);
  const hashed = new Uint8Array(1 + 32 + record.length);
  hashed.set(head.hash, 1);
  hashed.set(record, 33);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', hashed));
  if (encode(hash) !== item.hash) throw new Break(
    item.seq,
    'its hash does not match: it, or the one before it, was changed.',
  );
  const said = parse(item.record);
  if (said?.tenant !== tenant || said?.seq !== item.seq) throw new Break(
    item.seq,
    'it names another tenant or another place than where it lies.',
  );
  head.seq = item.seq;
  head.hash = hash;
}

function parse(record) {
  try {
    return JSON.parse(record);
  } catch {
    return null;
  }
}

/** Base64url without padding. */
const encode = (bytes) => btoa(
  String.fromCharCode(...bytes),
).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
