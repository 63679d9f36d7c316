/** The page's style: system fonts, one measure, light and dark by the reader's setting, and print. */
import { PAGE, SHADE } from './chart/shade.ts';

/** Each reaches 3 : 1 on both pages and stays apart for the common color blindnesses (Okabe and Ito 2008). */
export const SERIES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a7500', '#6a6fd8'] as const;

/** The colors of the two themes, as custom properties. */
export const LIGHT = `--page:${PAGE.light};--raised:#f6f7f9;--ink:#1a1d21;--soft:#555c66;--rule:#dfe3e8;--grid:#e7eaee;--accent:#005a8d;--warn:#9a3412;--warn-page:#fff7ed`;
export const DARK = `--page:${PAGE.dark};--raised:#1c2027;--ink:#e8eaed;--soft:#a4acb8;--rule:#323843;--grid:#292e37;--accent:#6cb8e6;--warn:#fdba74;--warn-page:#2a2019`;

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%;background:var(--page);color:var(--ink)}
body{margin:0}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:1rem;background:var(--page);padding:.5rem 1rem;z-index:1}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:3.5rem}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 .5rem;overflow-wrap:anywhere}
header p{color:var(--soft);margin:0;max-width:44rem}
nav{margin-top:1.25rem;padding:.75rem 0;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule);font-size:.9rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:0;padding:0}
a{color:var(--accent);text-underline-offset:.2em}
nav a{text-decoration:none;display:inline-block;padding:.15rem 0}
nav a:hover{text-decoration:underline}
section{margin:3.5rem 0}
h2{font-size:1.45rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 1.25rem}
h3{font-size:1.1rem;margin:2.25rem 0 .5rem;overflow-wrap:anywhere}
h4{font-size:.95rem;margin:1.75rem 0 .5rem}
p,li{max-width:44rem;overflow-wrap:anywhere}
p{margin:.5rem 0 1rem}
.verdict{font-size:1.2rem;line-height:1.5;margin:.25rem 0 .5rem}
.verdict.second{font-size:1.05rem;color:var(--soft)}
.note{font-size:.875rem;color:var(--soft)}
figure{margin:1.5rem 0;min-width:0}
figcaption{font-size:.875rem;line-height:1.5;color:var(--soft);max-width:48rem;margin-top:.75rem}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1.75rem 2.5rem;align-items:start}
.sheets{display:flex;flex-wrap:wrap;gap:1.5rem}
.sheets figure{margin:.5rem 0;max-width:30rem}
.sheets img{display:block;max-width:100%;height:auto;border-radius:6px;image-rendering:auto}
#dag .panels{grid-template-columns:minmax(0,38rem)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:.5rem 0;padding:0;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.store{position:absolute}
.examples{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:1rem 2rem;margin:1rem 0;padding:0}
.examples li{display:flex;gap:.9rem;align-items:center;min-width:0;break-inside:avoid}
.examples p{margin:0}
.examples div{min-width:0;overflow-wrap:anywhere}
.example{width:12rem;height:auto;flex:none;border-radius:4px;background:var(--raised)}
.file{font-size:.78rem}
.key{width:16px;height:16px;flex:none}
details{margin:.75rem 0;font-size:.9rem}
summary{cursor:pointer;color:var(--accent);width:fit-content}
.scroll{overflow-x:auto;margin:.75rem 0;max-width:100%}
.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;font-size:.875rem;line-height:1.4;font-variant-numeric:tabular-nums}
th,td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--rule);vertical-align:top;text-align:right;white-space:nowrap;font-weight:400}
th:last-child,td:last-child{padding-right:.25rem}
.text{text-align:left}
thead th{color:var(--soft);font-size:.8rem;border-bottom-color:var(--soft);vertical-align:bottom}
tbody th{font-weight:600}
td.text{white-space:normal;min-width:8rem}
.interval-text,.verdict-text{display:block;font-size:.78rem;color:var(--soft)}
.verdict-text{color:var(--ink);font-weight:600}
.verdict-text.open{color:var(--soft);font-weight:400;font-style:italic}
.theirs{color:var(--soft)}
.impossible{color:var(--warn);font-weight:600}
.pairs-text{display:block;min-width:16rem;max-width:26rem;overflow-wrap:anywhere}
.faults{margin:1.25rem 0;padding:.9rem 1.1rem;background:var(--warn-page);border-left:3px solid var(--warn);border-radius:0 6px 6px 0;font-size:.9rem}
.faults h3,.faults h4{margin:0 0 .35rem;color:var(--warn)}
.faults p{margin:.5rem 0 0}
.faults ul{margin:0;padding-left:1.1rem}
.faults li{margin:.3rem 0}
pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em}
pre{background:var(--raised);padding:.9rem 1.1rem;border-radius:6px;line-height:1.7}
footer{padding-top:1.25rem;padding-bottom:3rem;border-top:1px solid var(--rule);font-size:.85rem;color:var(--soft)}
.chart{display:block;width:100%;height:auto;max-width:34rem;font-size:12px;font-variant-numeric:tabular-nums}
.chart text{fill:var(--ink);stroke:var(--page);stroke-width:3px;paint-order:stroke;stroke-linejoin:round}
.chart .boxed text,.chart .cells text{stroke:none}
.chart .tick,.chart .axis,.chart .soft,.chart .share{fill:var(--soft)}
.chart .tick,.chart .share{font-size:11px}
.chart .strong,.chart .panel-title{font-weight:600}
.chart .panel-title{font-size:13px}
.chart .name{unicode-bidi:isolate}
.grid{stroke:var(--grid);stroke-width:1}
.reference{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}
${SERIES.map((color, i) => `.series-${i}{--series:${color}}`).join('\n')}
.interval{stroke:var(--series);stroke-width:2.5;stroke-linecap:round}
.seed{fill:var(--page);stroke:var(--series);stroke-width:1.25}
.mark{fill:var(--series);stroke:var(--page);stroke-width:1}
.mark.open{fill:var(--page);stroke:var(--series);stroke-width:2}
.line{fill:none;stroke:var(--series);stroke-width:2;stroke-linejoin:round}
.band{fill:var(--series);fill-opacity:.16;stroke:none}
.interval.thin{stroke-width:1.5}
.line.after{stroke-width:1.5;stroke-dasharray:5 4}
.dots{fill:var(--series);fill-opacity:.75}
.frame{fill:none;stroke:var(--grid)}
.box{fill:var(--raised);stroke:var(--rule)}
.edge{fill:none;stroke:var(--soft);stroke-width:1.25}
.arrow{fill:var(--soft)}
.cell{fill:${SHADE};stroke:var(--rule);stroke-width:.75}
.chart .l-black text{fill:#000}
.chart .l-white text{fill:#fff}
@media (prefers-color-scheme:dark){.chart .d-black text{fill:#000}.chart .d-white text{fill:#fff}}
/* A table wider than the window keeps its names in sight, and a shade where it goes on. */
.scroll th:first-child{position:sticky;left:0;background:var(--page)}
.scroll{background:linear-gradient(to left,var(--page) 40%,transparent) right/3rem 100% no-repeat local,linear-gradient(to left,var(--rule),transparent) right/1.25rem 100% no-repeat scroll}
@media (max-width:40rem){.scroll tbody th{white-space:normal;overflow-wrap:anywhere;min-width:7.5rem}header,main,footer{padding-left:1rem;padding-right:1rem}header{padding-top:2rem}h1{font-size:1.6rem}.verdict{font-size:1.1rem}}
@page{margin:12mm}
@media print{:root{${LIGHT};color-scheme:light}.chart .l-black text{fill:#000}.chart .l-white text{fill:#fff}html{font-size:11px}nav,.skip,details:not([open])>summary{display:none}summary{color:inherit;font-weight:600;list-style:none;break-after:avoid}header,main,footer{max-width:none;padding:0}section{break-before:page;margin:0}#answer{break-before:auto;margin-top:2rem}h2,h3,h4,.legend{break-after:avoid}figure,table,aside{break-inside:avoid}.scroll{overflow:visible;background:none}table{font-size:.76rem}th,td{padding-right:.35rem}.interval-text,.verdict-text,thead th{font-size:.68rem}thead th,tbody th{white-space:normal;overflow-wrap:anywhere}a{color:inherit;text-decoration:none}}
`.trim();
