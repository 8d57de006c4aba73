// Verifying the audit's chain in this browser, with progress, until it is done or cancelled.
import { verifyChain } from '../chain.js';
import { copyable } from '../copy.js';
import { h, show } from '../dom.js';
import { field, form, Mistake } from '../form.js';
import { number, plural, time } from '../format.js';
import { problemPanel } from '../problem.js';
import { link } from '../router.js';
import { frame } from '../shell.js';

export default function chain({ tenant, signal }) {
  const result = h('div', { 'aria-live': 'polite' });
  return frame('Verify the chain', {
    trail: h('a', { href: link([tenant, 'audit']) }, 'Audit'),
    intro: 'Each record is hashed onto the one before it. This page fetches them all and computes every hash itself; the server is asked for records, not for a verdict.',
  },
  window.isSecureContext
    ? h('section.card.narrow', form({ action: 'Verify', submit: start },
      field({
        label: 'Noted head',
        name: 'checkpoint',
        optional: true,
        placeholder: '42:0mJ8mV6tq…',
        hint: 'From an earlier time, kept elsewhere. Only this shows that the newest records were not cut off and the rest written anew.',
      })))
    : h(
      'p.note.warn',
      'The browser computes hashes only on HTTPS or on this machine itself. Use ',
      h('code', 'hallpass audit verify'),
      ' instead.',
    ),
  result);

  async function start(data) {
    const checkpoint = readCheckpoint(data.get('checkpoint').trim());
    const stop = new AbortController();
    const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Records verified' });
    const status = h('p', 'Fetching records…');
    show(
      result,
      h(
        'div.card.narrow.progress',
        status,
        bar,
        h('div', h('button', { type: 'button', onclick: () => stop.abort() }, 'Cancel')),
      ),
    );
    try {
      const { head, begin, signer } = await verifyChain({
        tenant, checkpoint, signal: AbortSignal.any([signal, stop.signal]), onProgress: (done, all) => {
          bar.max = all || 1;
          bar.value = done;
          show(status, `${number(done)} of ${plural(all, 'record')} fit…`);
        },
      });
      show(result, h('div.card.narrow.stack',
        h(
          'p',
          h('span.badge.state-good', 'whole'),
          ` The chain of ${tenant} is whole: ${plural(head.seq - (begin?.seq ?? 0), 'record')}.`,
        ),
        begin && h('p.note.warn', `Its records up to ${number(begin.seq)} were trimmed; it goes on from a checkpoint of `, time(begin.time),
          signer ? ['. It is signed with this key, which the server itself names: compare it with the one you noted. ', copyable(signer)] : [
            '. This browser knows no Ed25519, so its signature was not checked; use ', h('code', 'hallpass audit verify'), '.',
          ]),
        h('p', 'Head ', copyable(`${head.seq}:${head.hash}`)), h(
          'p.hint',
          'Note it somewhere this machine cannot reach, and give it back the next time.',
        )));
    } catch (problem) {
      show(result, outcome(problem));
    }
  }

  function outcome(problem) {
    if (problem.name === 'AbortError') return h('p.note', 'Cancelled. Nothing is known of the records after that.');
    if (problem.seq !== undefined) {
      return h('div.problem.narrow', { role: 'alert' }, h('p.problem-message', problem.message),
        h(
          'p',
          'Keep the database file as it is and compare it with a backup. ',
          h('a', { href: link([tenant, 'audit', String(problem.seq)]) }, 'Look at the record'),
        ));
    }
    return problemPanel(problem);
  }
}

function readCheckpoint(text) {
  if (!text) return null;
  const [, seq, hash] = /^(\d+):([\w-]{43})$/.exec(text) ?? [];
  if (!seq) throw new Mistake('A noted head is a number, a colon and a hash of 43 characters.');
  return { seq: Number(seq), hash };
}
