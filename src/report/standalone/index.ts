/** Pictures that are files of their own. Pure functions: no file, no clock. */
export { renderGraph } from './graph.tsx';
export { renderTimeline, type Bar, type TimelinePicture } from './timeline.tsx';
