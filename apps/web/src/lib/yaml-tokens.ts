export type YamlToken = { text: string; kind: 'key' | 'string' | 'number' | 'comment' | 'mark' | 'text' };

const VALUE =
  /("(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)|(#.*$)|(?<![\w./:-])(-?\d+(?:\.\d+)?(?:[kKMGTP]i?B|ms|[smhd])?|true|false|null)(?![\w./:-])|([[\]{},]|(?:^|\s)-(?=\s))/g;

/** Colours one line of YAML for the eye. It is no parser: what it cannot tell stays plain. */
export function tokenizeYamlLine(line: string): YamlToken[] {
  const key = /^(\s*(?:- +)?)([A-Za-z_][\w./-]*)(:)(?=\s|$)/.exec(line);
  if (!key) return tokenizeValue(line);
  const [all, lead = '', name = '', colon = ''] = key;
  return [...tokenizeValue(lead), { text: name, kind: 'key' }, { text: colon, kind: 'mark' }, ...tokenizeValue(line.slice(all.length))];
}

function tokenizeValue(text: string): YamlToken[] {
  const tokens: YamlToken[] = [];
  let from = 0;
  const plain = (to: number): void => {
    if (to > from) tokens.push({ text: text.slice(from, to), kind: 'text' });
  };
  for (const match of text.matchAll(VALUE)) {
    if (match[2] !== undefined && match.index > 0 && !/\s/.test(text[match.index - 1] ?? ' ')) continue;
    plain(match.index);
    const kind = match[1] !== undefined ? 'string' : match[2] !== undefined ? 'comment' : match[3] !== undefined ? 'number' : 'mark';
    tokens.push({ text: match[0], kind });
    from = match.index + match[0].length;
  }
  plain(text.length);
  return tokens;
}
