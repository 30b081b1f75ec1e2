import * as Plot from '@observablehq/plot';
import { type DOMWindow, JSDOM } from 'jsdom';
import type { SeriesStyle } from './style.js';
import { INK, PAPER } from './style.js';

/** A figure. */
export interface Figure {
  /** A name for a file, without ending: lower case, digits and hyphens. */
  readonly name: string;
  readonly title: string;
  /** What is seen, and how it was got. */
  readonly caption: string;
  /** The drawing as a file of its own: black on white, or in the colours of the page that it stands in. */
  readonly svg: string;
}

const LINE = 18;
/** Where drawings are made; a new one for each would take far longer than drawing. */
let page: DOMWindow | undefined;

/** Above and below the legend. */
const HALF_GAP = 14;

/**
 * Draws a plot as SVG, with a legend of its own above it: legends of Plot are HTML.
 *
 * @param series - what the legend shows
 */
export function draw(options: Plot.PlotOptions, series: readonly SeriesStyle[] = []): string {
  page ??= new JSDOM().window;
  const { marginTop = 24, height = 320, marks = [] } = options;
  const room = series.length > 0 ? series.length * LINE + HALF_GAP : 0;
  const figure = Plot.plot({
    width: 720,
    marginLeft: 60,
    marginBottom: 44,
    ...options,
    document: page.document,
    height: height + room,
    marginTop: marginTop + room,
    style: { fontSize: '12px', fontFamily: 'system-ui, sans-serif', color: 'var(--ink, #000)', background: PAPER },
    marks: [...marks, ...legend(series)],
  });
  figure.setAttribute('role', 'img');
  return new page.XMLSerializer().serializeToString(figure);
}

/** One line for each series, between the name of the y axis and the frame. */
const legend = (series: readonly SeriesStyle[]): Plot.Markish[] =>
  series.flatMap(({ name, color, symbol }, place) => {
    const dy = -HALF_GAP - (series.length - 1 - place) * LINE;
    // 'super': once over all facets, not once in each.
    const corner = { frameAnchor: 'top-left', dy, facet: 'super' } as const;
    return [
      Plot.dot([name], { ...corner, dx: 8, symbol, fill: color, r: 4.5 }),
      Plot.text([name], {
        ...corner,
        dx: 20,
        text: [shortened(name, 100)],
        textAnchor: 'start',
        lineAnchor: 'middle',
        fill: INK,
      }),
    ];
  });

/** Lines of points that have styles, each kind of dashes a mark of its own. */
export const lines = (points: readonly SeriesStyle[], options: Plot.LineOptions): Plot.Markish[] =>
  [...new Set(points.map(({ dash }) => dash))].map((dash) =>
    Plot.line(
      points.filter((point) => point.dash === dash),
      { ...options, stroke: 'color', strokeDasharray: dash },
    ),
  );

/** A text that fits; control characters would break the file. */
export const shortened = (text: string, most: number): string => {
  const clean = text.replace(/\p{Cc}/gu, ' ');
  return clean.length <= most ? clean : `${clean.slice(0, most - 1)}…`;
};
