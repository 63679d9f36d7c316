/** Formats of pictures that exist, and that no decoder here reads: named, with a way out. */

const CONVERTED_BY_PILLOW = 'save it as PNG, in Python: Image.open(old).save(new)';
const UNREAD: Readonly<Record<string, string>> = {
  bmp: `BMP is not read; ${CONVERTED_BY_PILLOW}`,
  dib: `BMP is not read; ${CONVERTED_BY_PILLOW}`,
  pcx: `PCX is not read; ${CONVERTED_BY_PILLOW}`,
  tga: `TGA is not read; ${CONVERTED_BY_PILLOW}`,
  pgm: `PGM is not read; ${CONVERTED_BY_PILLOW}`,
  ppm: `PPM is not read; ${CONVERTED_BY_PILLOW}`,
  jp2: `JPEG 2000 is not read; ${CONVERTED_BY_PILLOW}`,
  heic: 'HEIC is not read; save it as JPEG or PNG',
  nii: 'NIfTI volumes are not read; export the slices as PNG',
  gz: 'compressed volumes are not read; export the slices as PNG',
  nrrd: 'NRRD volumes are not read; export the slices as PNG',
  mha: 'MetaImage volumes are not read; export the slices as PNG',
  svs: 'whole-slide images are not read; export tiles as PNG',
};

/** The reason why a file is no image for the readers, by its extension. */
export const whyNoImage = (file: string): string =>
  UNREAD[(/\.([^./]+)$/.exec(file)?.[1] ?? '').toLowerCase()] ?? 'it is not an image by its extension';
