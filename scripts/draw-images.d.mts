export function drawFolders(
  folder: string,
  options?: { readonly each?: number; readonly patients?: string },
): Promise<void>;
export function drawTable(folder: string, table: string, options?: { readonly each?: number }): Promise<void>;
export function drawArrays(file: string): Promise<void>;

export function drawFindings(
  folder: string,
  table: string,
  options?: { each?: number; joined?: boolean; facts?: boolean },
): Promise<void>;

export function drawFindingArrays(file: string, options?: { train?: number; test?: number }): Promise<void>;
