/**
 * Looks at a report as a person would: screenshots wide and narrow, light and dark, on paper, and the rules of
 * axe-core.
 *
 *     node scripts/look.mjs reports/index.html <folder for the screenshots>
 *
 * Needs a Chromium (`apt-get install chromium`, or CHROMIUM names one). Fails when a rule is broken, when the page is
 * wider than the window, when paper cuts something off, when a picture cuts a label off, when it asks for anything that
 * is not in the file, or when anything in it runs.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { chromiumPath } from './look/chromium-path.mjs';

const [report, folder] = process.argv.slice(2);
if (report === undefined || folder === undefined)
  throw new Error(
    'Say which report to look at, and where the screenshots go: node scripts/look.mjs <report.html> <folder>',
  );
await mkdir(folder, { recursive: true });

const browser = await chromium.launch({ executablePath: await chromiumPath(), args: ['--no-sandbox'] });
const faults = [];
try {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 390]) faults.push(...(await look({ colorScheme, width })));
  }
  faults.push(...(await lookAtPaper()));
} finally {
  await browser.close();
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

async function look({ colorScheme, width }) {
  const name = `${width}-${colorScheme}`;
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height: 900 },
    deviceScaleFactor: width < 500 ? 2 : 1,
    bypassCSP: true,
  });
  const page = await context.newPage();
  const found = [];
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) found.push(`${name}: the page asks for ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    found.push(`${name}: the page opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(path.resolve(report)).href);
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  const wider = await page.evaluate(() => globalThis.document.documentElement.scrollWidth - globalThis.innerWidth);
  if (wider > 0) found.push(`${name}: the page is ${wider} pixels wider than the window`);
  const active = await page.evaluate(
    () =>
      [...globalThis.document.querySelectorAll('*')].filter(
        (element) =>
          element.localName === 'script' ||
          [...element.attributes].some(({ name: attribute }) => attribute.startsWith('on')),
      ).length,
  );
  if (active > 0) found.push(`${name}: ${active} elements would run something`);
  const clipped = await page.evaluate(() =>
    [...globalThis.document.querySelectorAll('svg text')]
      .filter((text) => {
        const [inner, outer] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
        return inner.width > 0 && (inner.left < outer.left - 1 || inner.right > outer.right + 1);
      })
      .map((text) => text.textContent),
  );
  if (clipped.length > 0) found.push(`${name}: ${clipped.length} labels leave their picture, first "${clipped[0]}"`);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, help, nodes } of violations)
    found.push(`${name}: ${id}: ${help} (${nodes.length} times, first ${nodes[0].html.slice(0, 200)})`);
  await context.close();
  return found;
}

/**
 * Finds content beyond the right edge of the paper, which is not printed. Letter is the narrower of the two common
 * pages.
 */
async function lookAtPaper() {
  const [LETTER, MARGINS] = [816, 91];
  const page = await browser.newPage({ viewport: { width: LETTER - MARGINS, height: 1000 } });
  await page.emulateMedia({ media: 'print' });
  await page.goto(pathToFileURL(path.resolve(report)).href);
  await page.pdf({ path: path.join(folder, 'paper.pdf'), preferCSSPageSize: true });
  const cut = await page.evaluate(() =>
    [...globalThis.document.querySelectorAll('table, svg, img')]
      .filter(
        (element) =>
          element.closest('details:not([open])') === null &&
          element.getBoundingClientRect().right > globalThis.innerWidth + 1,
      )
      .map((element) => element.outerHTML.slice(0, 200)),
  );
  await page.close();
  return cut.map((element) => `paper: the edge cuts ${element}`);
}
