/** The style of the page: that of the report, with what moves. */
import { DARK, LIGHT, SERIES } from '../report/style.ts';

const DONE = SERIES[2];
const RUNNING = SERIES[0];
const FAILED = SERIES[1];

export const PAGE_STYLE = `
:root{color-scheme:light dark;${LIGHT};--done:${DONE};--running:${RUNNING};--failed:${FAILED}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%;background:var(--page);color:var(--ink)}
body{margin:0}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:1rem;background:var(--page);padding:.5rem 1rem;z-index:1}
header,main,footer{max-width:78rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2.25rem}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 .35rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .85rem}
h3{font-size:1rem;margin:1.75rem 0 .5rem;overflow-wrap:anywhere}
p{margin:.4rem 0}
a{color:var(--accent);text-underline-offset:.2em}
section{margin:2rem 0;min-width:0}
.verdict{font-size:1.1rem;margin:.25rem 0 .5rem}
.note,.soft,.detail{color:var(--soft)}
.note{font-size:.875rem}
.detail{display:block;font-size:.8rem;overflow-wrap:anywhere;min-width:12rem}
.faults{margin:1rem 0;padding:.8rem 1.1rem;background:var(--warn-page);border-left:3px solid var(--warn);border-radius:0 6px 6px 0;font-size:.9rem;overflow-wrap:anywhere}
.faults h2,.faults h3{margin:0 0 .3rem;font-size:1rem;color:var(--warn)}
.runs{list-style:none;margin:.75rem 0 0;padding:.6rem 0;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule);font-size:.875rem}
.run{position:relative;padding:.1rem 0 .1rem 1.1rem;overflow-wrap:anywhere}
.run::before{content:"";position:absolute;left:0;top:.55rem;width:.6rem;height:.6rem;border-radius:50%;background:var(--soft)}
.run.running::before{background:var(--running)}
.run.done::before{background:var(--done)}
.run.failed::before,.run.died::before{background:var(--failed)}
.reports{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;font-size:.9rem;margin-top:.75rem}
.columns{display:grid;grid-template-columns:minmax(0,1.6fr) minmax(0,1fr);gap:0 3rem;align-items:start}
.scroll{overflow-x:auto;max-width:100%;margin:.5rem 0}
.scroll:focus-visible,a:focus-visible,summary:focus-visible,button:focus-visible,select:focus-visible,.log:focus-visible,.news:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.plan svg{display:block;max-width:none;margin:0 auto;font-size:13px}
.plan.tall{display:none}
.edge{fill:none;stroke:var(--soft);stroke-width:1.25;stroke-opacity:.7}
.arrow{fill:var(--soft)}
.ground{fill:var(--raised)}
.outline{fill:none;stroke:var(--rule);stroke-width:1.25}
.at-work .outline{stroke:var(--running);stroke-width:2}
.stage .name{font-weight:600;fill:var(--ink)}
.stage .count{font-size:11.5px;fill:var(--ink)}
.done{--part:var(--done)}.running{--part:var(--running)}.failed{--part:var(--failed)}
.tint{fill:var(--part);fill-opacity:.2}
.bar{fill:var(--part)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;margin:.5rem 0;padding:0;font-size:.85rem}
.legend li{display:flex;align-items:center;gap:.4rem;min-width:0;overflow-wrap:anywhere}
.swatch{width:.8rem;height:.8rem;border-radius:3px;background:var(--part)}
.cards{list-style:none;margin:0;padding:0;display:grid;gap:.75rem}
.card{padding:.7rem .9rem;background:var(--raised);border:1px solid var(--rule);border-radius:8px;min-width:0}
.card.unfinished{border-left:3px solid var(--failed)}
.card p{margin:0}
.card-title{display:flex;flex-wrap:wrap;gap:.1rem .6rem;align-items:baseline;overflow-wrap:anywhere}
.card-title button{margin-left:auto}
.facts{display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.85rem;color:var(--soft);font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
progress{appearance:none;-webkit-appearance:none;display:block;width:100%;height:.5rem;margin:.45rem 0;border:0;border-radius:4px;background:var(--rule);overflow:hidden}
progress::-webkit-progress-bar{background:var(--rule)}
progress::-webkit-progress-value{background:var(--running)}
progress::-moz-progress-bar{background:var(--running)}
progress:indeterminate{background:repeating-linear-gradient(-45deg,var(--running) 0 6px,transparent 6px 12px),var(--rule);opacity:.6}
progress:indeterminate::-webkit-progress-bar{background:none}
progress:indeterminate::-moz-progress-bar{background:none}
button,select{font:inherit;font-size:.85rem;color:var(--ink);background:var(--page);border:1px solid var(--soft);border-radius:6px;padding:.15rem .6rem;min-height:1.75rem;max-width:100%}
button{cursor:pointer}
button:hover{border-color:var(--accent);color:var(--accent)}
details{margin:.75rem 0;font-size:.9rem}
summary{cursor:pointer;color:var(--accent);width:fit-content}
table{border-collapse:collapse;font-size:.85rem;line-height:1.4;font-variant-numeric:tabular-nums}
th,td{padding:.4rem 1rem .4rem 0;border-bottom:1px solid var(--rule);vertical-align:top;text-align:right;font-weight:400}
.text{text-align:left}
thead th{color:var(--soft);font-size:.8rem;border-bottom-color:var(--soft)}
tbody th{font-weight:600}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1.25rem 2.5rem;align-items:start}
figure{margin:0;min-width:0}
.chart{display:block;width:100%;max-width:36rem;height:auto;font-size:11.5px;font-variant-numeric:tabular-nums}
.panel-title{font-size:13px;font-weight:600;fill:var(--ink)}
.tick{fill:var(--soft)}
.grid{fill:none;stroke:var(--grid);stroke-width:1}
${SERIES.map((color, i) => `.series-${i}{--series:${color}}`).join('\n')}
.line{fill:none;stroke:var(--series);stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.seed-line{fill:none;stroke:var(--series);stroke-width:1;stroke-opacity:.5;vector-effect:non-scaling-stroke}
.dash-1{stroke-dasharray:6 4}.dash-2{stroke-dasharray:2 3}
.band{fill:var(--series);fill-opacity:.16}
.mark{fill:var(--series)}
.key{width:22px;height:8px;flex:none}
.loads{list-style:none;margin:0;padding:0;display:grid;gap:.75rem}
.loads p{display:flex;flex-wrap:wrap;gap:0 .6rem;align-items:baseline;margin:0 0 .2rem;font-size:.875rem;font-variant-numeric:tabular-nums}
.loads svg{display:block;width:100%;height:2.75rem}
.loads .line{stroke-width:1.5}
pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em}
.log{height:20rem;overflow:auto;margin:.5rem 0;padding:.8rem 1rem;background:var(--raised);border:1px solid var(--rule);border-radius:8px;font-size:.78rem;line-height:1.55;white-space:pre-wrap;overflow-wrap:anywhere}
.news{list-style:none;margin:0;padding:0;max-height:23rem;overflow:auto;font-size:.85rem}
.news li{padding:.25rem 0 .25rem .7rem;border-left:3px solid var(--rule);margin:.1rem 0;overflow-wrap:anywhere}
.news .good{border-left-color:var(--done)}
.news .bad{border-left-color:var(--failed)}
.news time{color:var(--soft);font-variant-numeric:tabular-nums;margin-right:.4rem}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:1.5rem}
.pictures img{display:block;width:100%;height:12rem;object-fit:contain;background:var(--raised);border:1px solid var(--rule);border-radius:8px}
figcaption{font-size:.8rem;color:var(--soft);margin-top:.35rem;overflow-wrap:anywhere}
footer{padding-bottom:2.5rem;font-size:.85rem;color:var(--soft)}
footer p{padding-top:1rem;border-top:1px solid var(--rule)}
@media (max-width:56rem){.columns{grid-template-columns:minmax(0,1fr)}}
@media (max-width:40rem){header,main,footer{padding-left:1rem;padding-right:1rem}header{padding-top:1.5rem}h1{font-size:1.45rem}.plan.wide{display:none}.plan.tall{display:block}.log{height:16rem}section{margin:2rem 0}}
`.trim();
