/** How systemd tells of a service's life; but for these it says why it could not start it. */
const OF_ITS_LIFE = /^\S+\.service: (?!Failed (to|at) )|^(Start|Stopp)(ed|ing) /;

/** From the journal of a service that does not stay up, what tells a person why: the agent's closing words, or systemd's. Pure. */
export function whatItSaid(lines: readonly string[]): string {
  const words = lines.filter((line) => !line.startsWith('{') && !OF_ITS_LIFE.test(line));
  return (words.length > 0 ? words : lines.slice(-3)).map((line) => `  ${line}`).join('\n');
}
