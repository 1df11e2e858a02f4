/** Removes what a terminal would obey: everything of C0 and C1 but tab and line feed. */
export const stripControls = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

/** The same in JSON text, where most of them are written as escapes. */
export const stripEscapedControls = (json: string): string =>
  stripControls(json).replace(/\\(?:u00[0189][0-9a-f]|u007f|[bfr]|.)/gi, (escape) => (/^\\(u00|[bfr])/i.test(escape) ? '' : escape));
