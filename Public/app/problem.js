// How a refusal looks: its code, its message, what is wrong where, and the request id that finds it in log and audit.
import { h } from './dom.js';
import { seconds } from './format.js';

export function problemPanel(problem, { retry } = {}) {
  if (!problem.code) console.error(problem);
  return h('div.problem', { role: 'alert' },
    h(
      'p.problem-message',
      problem.code ? problem.message : 'This page failed, which is a fault in it. What you did may or may not have reached the server.',
    ),
    problem.details?.length > 0 && h('ul', problem.details.map(detail)),
    h('p.problem-facts',
      h('span', 'Code ', h('code', problem.code ?? 'page_fault')),
      problem.requestID && h('span', 'Request ', h('code', problem.requestID)),
      problem.retryAfterSeconds !== undefined && h('span', `Try again in ${seconds(problem.retryAfterSeconds)}`)),
    retry && h('p', h('button', { type: 'button', onclick: retry }, 'Try again')));
}

function detail({ path, rule, message, allowed }) {
  return h(
    'li',
    path && [h('code', path), ' '],
    message ?? rule,
    allowed?.length > 0 && [': one of ', allowed.map((one) => JSON.stringify(one)).join(', ')],
  );
}
