/** What runs when text is taken for markup, an address, a template, a script or a property's name. Sets `__xss` if so. */
const RUN = "window.__xss=1";

export const PAYLOADS: string[] = [
  // Elements that run by themselves.
  `<script>${RUN}</script>`,
  `<SCRIPT SRC=data:text/javascript,${RUN}></SCRIPT>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<img src=x onerror=${RUN}>`,
  `<img/src/onerror='${RUN}'>`,
  `<image href=x onerror=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<audio src=x onerror=${RUN}>`,
  `<body onload=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<details open ontoggle=${RUN}>x</details>`,
  `<marquee onstart=${RUN}>x</marquee>`,
  `<iframe srcdoc="<script>parent.__xss=1</script>">`,
  `<iframe src="javascript:parent.__xss=1">`,
  `<object data="javascript:${RUN}">`,
  `<embed src="javascript:${RUN}">`,
  `<base href="javascript:${RUN}//">`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<link rel=stylesheet href="data:text/css,*{outline:9px solid red}">`,
  `<style>@import 'data:text/css,*{display:none}'</style>`,
  `<form action="javascript:${RUN}"><button>press</button></form>`,
  `<template><img src=x onerror=${RUN}></template>`,
  `<dialog open><img src=x onerror=${RUN}></dialog>`,
  // SVG and MathML have rules of their own.
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><a href="javascript:${RUN}"><text y=20>x</text></a></svg>`,
  `<svg><use href="data:image/svg+xml,<svg id=x onload='${RUN}'/>#x">`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}>`,
  // Out of an attribute, a comment, a title, a text area.
  `" autofocus onfocus="${RUN}" x="`,
  `' onmouseover='${RUN}' style='position:fixed;inset:0' x='`,
  `"><img src=x onerror=${RUN}>`,
  `--><img src=x onerror=${RUN}><!--`,
  `</title><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`,
  `]]><script>${RUN}</script>`,
  // Addresses.
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}//https://example.org`,
  `data:text/html,<script>${RUN}</script>`,
  `//example.org/%2e%2e/x?<script>${RUN}</script>`,
  // Templates and strings of scripts.
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `';${RUN};//`,
  `\\";${RUN};//`,
  // Out of JSON in a page, and the names that objects have anyway.
  `</script><script>${RUN}</script>{"a":"`,
  `__proto__`,
  `constructor`,
  `hasOwnProperty`,
  // What is read otherwise than it is written.
  `&lt;img src=x onerror=${RUN}&gt;&#60;script&#62;`,
  `＜script＞${RUN}＜/script＞ ﷽ Ω≈ç√ e\u0301 👩‍👩‍👧`,
];
