// Builds elements. Data becomes text nodes and attribute values, never markup: there is no way here to parse a string.

const SVG = 'http://www.w3.org/2000/svg';
// What would run or restyle from a string. Everything else the content security policy already refuses.
const REFUSED = /^(on|style$|srcdoc$|innerhtml$|outerhtml$)/i;

/** `h('a.quiet', { href: '#/' }, 'text', child, [more])`: an element with classes, attributes, listeners and children. */
export function h(selector, ...rest) {
  const [tag, ...classes] = selector.split('.');
  return fill(document.createElement(tag), classes, rest);
}

/** The same for SVG. */
export function s(selector, ...rest) {
  const [tag, ...classes] = selector.split('.');
  return fill(document.createElementNS(SVG, tag), classes, rest);
}

function fill(element, classes, rest) {
  if (classes.length) element.classList.add(...classes);
  if (isAttributes(rest[0])) setAttributes(element, rest.shift());
  append(element, rest);
  return element;
}

function isAttributes(value) {
  return value !== null && typeof value === 'object' && !(value instanceof Node) && !Array.isArray(value);
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function' && name.startsWith('on')) {
      element.addEventListener(name.slice(2).toLowerCase(), value);
    } else if (REFUSED.test(name)) {
      throw new TypeError(`the attribute ${name} is not set here`);
    } else if (name === 'href' && !/^(#|\/(?!\/)|blob:)/.test(value)) {
      throw new TypeError('a link leads to a page of this origin');
    } else if (name === 'class') {
      element.classList.add(...String(value).split(' ').filter(Boolean));
    } else if (name === 'value' || name === 'checked' || name === 'indeterminate') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces what is in `element`. */
export function show(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

let lastID = 0;
/** An id for a label, a hint or a heading; unique on the page. */
export function uniqueID(prefix = 'x') {
  lastID += 1;
  return `${prefix}-${lastID}`;
}
