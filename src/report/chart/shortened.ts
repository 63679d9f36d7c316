/** A panel's title in a picture of CHART_WIDTH: as many characters as fit. */
const LONGEST_TITLE = 50;
/** The end of a title says what is drawn: ` (38.5 % of images)`, `, before fine-tuning`. */
const TITLE_END = 20;

/** By code point, so that no character is cut in two; the last `end` characters stay. */
export function shortened(name: string, longest: number, end = 0): string {
  const characters = Array.from(name);
  if (characters.length <= longest) return name;
  return `${characters.slice(0, longest - 1 - end).join('')}…${end === 0 ? '' : characters.slice(-end).join('')}`;
}

export function shortenedTitle(title: string): string {
  return shortened(title, LONGEST_TITLE, TITLE_END);
}
