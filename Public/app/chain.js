// Verifies a tenant's chain here, record by record: the server is asked for records, not for a verdict.
//
// hash = SHA-256(0x00 ‖ hash of the record before ‖ record), the record being the canonical text that the server gives.
import { get, inTenant } from './api.js';
import { Mistake } from './form.js';

const text = new TextEncoder();
const PAGE = 500;

/**
 * @param onProgress called after each page with how many records fit so far and how many there are.
 * @param checkpoint `{ seq, hash }` noted before, or `null`.
 * @returns `{ head: { seq, hash }, begin, signer }`; `begin` is the checkpoint that the chain goes on from where its oldest records
 *   were trimmed, `null` where it is whole; `signer` the key that it is signed with, `null` where this browser cannot tell.
 * @throws {Break} naming the first record that does not fit.
 * @throws {Mistake} for a checkpoint of records that are no longer there.
 */
export async function verifyChain({ tenant, checkpoint, signal, onProgress }) {
  const head = { seq: 0, hash: new Uint8Array(32) };
  let checkpointIsMet = null;
  let end = null;
  let begin = null;
  let signer = null;
  let asked = ask(head.seq);
  while (asked) {
    const page = await asked;
    // The first answer's head is the goal: the chain grows while it is read, and reading it makes no record.
    end ??= page.head;
    const trimmed = page.trimmed?.checkpoint;
    if (trimmed && trimmed.seq > head.seq) {
      begin = trimmed;
      signer = await signerOf(page.trimmed, tenant, signal);
      Object.assign(head, { seq: trimmed.seq, hash: decode(trimmed.hash) });
      if (checkpoint?.seq === trimmed.seq) checkpointIsMet = checkpoint.hash === trimmed.hash;
    }
    if (page.items.length === 0) break;
    const last = page.items.at(-1).seq;
    // The next ones come in while these are hashed.
    asked = last > head.seq && last < end.seq ? ask(last) : null;
    await append(head, page.items, tenant);
    const noted = checkpoint && page.items.find((item) => item.seq === checkpoint.seq);
    if (noted) checkpointIsMet = noted.hash === checkpoint.hash;
    onProgress(head.seq, Math.max(end.seq, head.seq));
    signal.throwIfAborted();
  }
  if (head.seq < end.seq) throw new Break(head.seq + 1, 'it is missing: the server says that the chain goes on.');
  if (checkpoint && checkpointIsMet === null && checkpoint.seq < begin?.seq) throw new Mistake(
    `The noted head is of record ${checkpoint.seq}, and those up to ${begin.seq} were trimmed since. Give a later one, or none.`,
  );
  if (checkpoint && checkpointIsMet === null) throw new Break(
    head.seq + 1,
    `the chain ends before the noted head at ${checkpoint.seq}: records were cut off.`,
  );
  if (checkpointIsMet === false) throw new Break(
    checkpoint.seq,
    'its hash is not the one that was noted: the chain was written anew.',
  );
  return { head: { seq: head.seq, hash: encode(head.hash) }, begin, signer };

  function ask(after) {
    const answer = get(inTenant(tenant, 'audit', 'chain'), { after, limit: PAGE }, signal);
    // Told where it is awaited; if a break is found first, by nobody.
    answer.catch(() => {});
    return answer;
  }
}

/**
 * The key of this server that a checkpoint is signed with: Ed25519, over a line that no other signed thing begins with and its
 * canonical text.
 *
 * @returns `null` where the browser knows no Ed25519.
 * @throws {Break} where it is signed with none of them, or for another tenant.
 */
async function signerOf({ checkpoint, signature }, tenant, signal) {
  const { hash, seq, time } = checkpoint;
  const signed = text.encode(`hallpass/audit-checkpoint/v1\n${JSON.stringify({ hash, seq, tenant, time })}`);
  const { items } = await get(inTenant(tenant, 'audit', 'keys'), {}, signal);
  for (const { public_key: name } of items) {
    let key;
    try {
      key = await crypto.subtle.importKey('raw', decode(name), 'Ed25519', false, ['verify']);
    } catch (problem) {
      if (problem.name === 'NotSupportedError') return null;
      continue;
    }
    if (await crypto.subtle.verify('Ed25519', key, decode(signature), signed)) return name;
  }
  throw new Break(seq, 'the checkpoint that the chain goes on from is signed with no key of this server.');
}

/** Where the chain breaks. */
class Break extends Error {
  constructor(seq, why) {
    super(`The chain is broken at record ${seq}: ${why}`);
    this.seq = seq;
  }
}

/**
 * Each record is hashed onto the hash that the one before it says of itself, all of a page at once, and each hash is compared
 * with what its record says: from the first on, what is said is then what was computed.
 */
async function append(head, items, tenant) {
  const before = [head.hash, ...items.map((item) => decode(item.hash))];
  const hashes = await Promise.all(items.map((item, index) => hash(before[index], item.record)));
  for (const [index, item] of items.entries()) {
    if (item.seq !== head.seq + 1) throw new Break(
      head.seq + 1,
      `the next one is ${item.seq}: a record was removed, inserted or moved.`,
    );
    if (encode(hashes[index]) !== item.hash) throw new Break(
      item.seq,
      'its hash does not match: it, or the one before it, was changed.',
    );
    const said = parse(item.record);
    if (said?.tenant !== tenant || said?.seq !== item.seq) throw new Break(
      item.seq,
      'it names another tenant or another place than where it lies.',
    );
    head.seq = item.seq;
    head.hash = hashes[index];
  }
}

async function hash(before, record) {
  const bytes = text.encode(record);
  const hashed = new Uint8Array(1 + before.length + bytes.length);
  hashed.set(before, 1);
  hashed.set(bytes, 1 + before.length);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', hashed));
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

/** The bytes of a hash; none where it is no hash, which then fits nothing. */
function decode(text) {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
