/** A training that learns nothing and reports as one does: progress ten times a second, metrics once an epoch. */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const BASE = { random: 1, imagenet: 0.6, fractal: 0.8 };
const STEPS = 5;

export default async function train(stage) {
  const { start, seed } = stage.axes;
  const { epochs } = stage.params;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let step = 1; step <= STEPS; step++) {
      await pause(100);
      const done = (epoch - 1) * STEPS + step;
      stage.progress({ done, total: epochs * STEPS, unit: 'images', note: `epoch ${epoch}/${epochs}` });
    }
    const noise = (Math.sin(seed * 7 + epoch * 1.7) + seed - 1) * 0.03;
    const loss = BASE[start] * Math.exp(-epoch / 30) + 0.1 + noise;
    stage.metric('train/loss', loss, epoch);
    stage.metric('validation/auc', 0.95 - 0.4 * BASE[start] * Math.exp(-epoch / 25) - noise / 2, epoch);
    stage.metric('train/learningRate', 0.1 * (1 - epoch / epochs), epoch);
    console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}`);
  }
  writeFileSync(stage.output('weights'), `${seed}\n`);
  writeFileSync(
    stage.output('views'),
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60"><rect width="100" height="60" fill="#c9a48f"/>' +
      `<ellipse cx="50" cy="30" rx="${18 + 6 * seed}" ry="18" fill="#5b3a29"/></svg>`,
  );
}
