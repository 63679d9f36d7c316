export function drawFolders(
  folder: string,
  options?: { readonly each?: number; readonly patients?: string },
): Promise<void>;
export function drawTable(folder: string, table: string, options?: { readonly each?: number }): Promise<void>;
export function drawArrays(file: string): Promise<void>;
