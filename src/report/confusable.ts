import type { DatasetResults } from './study.ts';

/** Findings do not exclude each other, so that none is taken for another. */
export const hasConfusion = ({ evaluation }: DatasetResults): boolean => evaluation.task !== 'findings';
