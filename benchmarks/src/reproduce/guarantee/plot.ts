import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import type { GuaranteeResults } from './results.js';

/** Draws additional errors over the mean stop step, a panel for each network and a line for each policy. */
export function drawPolicies({ networks, anns }: GuaranteeResults): string {
  const panelOf = (name: string): string => anns.find((ann) => ann.name === name)!.title;
  const points = networks.flatMap(({ network, policies }) =>
    policies
      .filter(({ level }) => level !== null)
      .map(({ policy, meanStep, errors }) => ({ network: panelOf(network), policy, meanStep, errors: errors * 100 })),
  );
  const names = [...new Set(points.map(({ policy }) => policy))];
  const panels = networks.map(({ network }) => panelOf(network));
  const most = Math.max(...networks.map(({ steps }) => steps));
  const { document } = new JSDOM().window;
  const marks = { x: 'meanStep', y: 'errors', fx: 'network', stroke: 'policy' };
  const figure = Plot.plot({
    document,
    style: { background: 'white', fontSize: '12px' },
    width: 230 + 240 * panels.length,
    height: 380,
    marginLeft: 60,
    marginRight: 150,
    marginBottom: 45,
    x: { type: 'log', base: 2, domain: [1, most], label: 'mean stop step', labelAnchor: 'center', tickFormat: String },
    y: { grid: true, label: 'errors beyond the full run, in % of the images', labelAnchor: 'center' },
    fx: { label: null, domain: panels },
    color: { scheme: 'Observable10', domain: names },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.ruleY([0]),
      Plot.lineY(points, { ...marks, z: 'policy', strokeWidth: 1.5 }),
      Plot.dot(points, { ...marks, r: 2.5 }),
      // The legend stands beside the last panel.
      names.map((name, place) =>
        Plot.text([name], {
          fx: () => panels.at(-1),
          text: [`— ${name}`],
          fill: () => name,
          frameAnchor: 'top-right',
          textAnchor: 'start',
          dx: 10,
          dy: 8 + 16 * place,
        }),
      ),
    ],
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${figure.outerHTML}\n`;
}
