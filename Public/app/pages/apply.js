// Any documents, pasted.
import { documentsForm } from '../documents-form.js';
import { h } from '../dom.js';
import { go, link } from '../router.js';
import { frame } from '../shell.js';

export default function apply({ tenant }) {
  return frame('Apply documents', {
    trail: h(
      'a',
      { href: link([tenant, 'history']) },
      'History',
    ), intro: 'All or nothing: one wrong document, and nothing changes. The plan is shown first.',
  }, documentsForm({ tenant, onApplied: ({ revision }) => go(link([tenant, 'history', String(revision)])) }));
}
