export const templateNames = ['shell', 'python', 'typescript'] as const;

export type TemplateName = (typeof templateNames)[number];
