/** Named augmentations as data. The sources of the numbers are beside them; docs/augmentation.md explains the rest. */

export const AUGMENTATIONS = ['simclr', 'byol', 'skin', 'xray', 'fundus', 'light', 'light-flipped', 'none'] as const;
export type AugmentationName = (typeof AUGMENTATIONS)[number];

export interface Augmentation {
  readonly name: AugmentationName;
  /** Side of the views, in pixels. */
  readonly size: number;
  /** Share of the image's area that is kept; null: the whole image. Aspect ratios are drawn from 3/4 to 4/3. */
  readonly crop: readonly [least: number, most: number] | null;
  readonly flip: { readonly horizontal: number; readonly vertical: number };
  /** Largest angle to either side, in degrees; 180 is any rotation. */
  readonly rotation: number;
  readonly jitter: Jitter | null;
  readonly grayscale: number;
  readonly blur: Blur | null;
  /** Probability for each view. */
  readonly solarize: readonly [number, number];
}

/**
 * Strengths as torchvision's ColorJitter takes them: factors from [1 - s, 1 + s], hue shifts from [-hue, hue] turns.
 */
export interface Jitter {
  readonly probability: number;
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly hue: number;
}

export interface Blur {
  /** For each view. */
  readonly probability: readonly [number, number];
  /** Standard deviation in pixels. */
  readonly sigma: readonly [least: number, most: number];
}

const jitter = (
  probability: number,
  brightness: number,
  contrast: number,
  saturation: number,
  hue: number,
): Jitter => ({ probability, brightness, contrast, saturation, hue });
const HALF: Augmentation['flip'] = { horizontal: 0.5, vertical: 0.5 };
const MIRROR: Augmentation['flip'] = { horizontal: 0.5, vertical: 0 };
const STILL: Augmentation['flip'] = { horizontal: 0, vertical: 0 };

type Transformations = Omit<Augmentation, 'name' | 'size'>;

const UNCHANGED: Transformations = {
  crop: null,
  flip: STILL,
  rotation: 0,
  jitter: null,
  grayscale: 0,
  blur: null,
  solarize: [0, 0],
};

/** The transformations of each name, where they differ from UNCHANGED, for views of `size` pixels. */
const NAMED: Readonly<Record<AugmentationName, (size: number) => Partial<Transformations>>> = {
  // Chen et al. 2020, appendix A; for CIFAR (32 px) appendix B.9: half the strength and no blur.
  simclr: (size) => ({
    crop: [0.08, 1],
    flip: MIRROR,
    grayscale: 0.2,
    ...(size <= 32
      ? { jitter: jitter(0.8, 0.4, 0.4, 0.4, 0.1) }
      : { jitter: jitter(0.8, 0.8, 0.8, 0.8, 0.2), blur: { probability: [0.5, 0.5], sigma: [0.1, 2] } }),
  }),
  // Grill et al. 2020, appendix B: the two views are drawn differently.
  byol: () => ({
    crop: [0.08, 1],
    flip: MIRROR,
    jitter: jitter(0.8, 0.4, 0.4, 0.2, 0.1),
    grayscale: 0.2,
    blur: { probability: [1, 0.1], sigma: [0.1, 2] },
    solarize: [0, 0.2],
  }),
  // No up or down on skin, and color is a finding: any rotation, hue by 0.05 at most, never gray.
  skin: () => ({
    crop: [0.2, 1],
    flip: HALF,
    rotation: 180,
    jitter: jitter(0.8, 0.4, 0.4, 0.4, 0.05),
    blur: { probability: [0.5, 0.5], sigma: [0.1, 1] },
  }),
  // Sowrirajan et al. 2021 (MoCo-CXR) and InnerEye: no flips (the heart has a side), no hue, no blur (texture is the
  // finding).
  xray: () => ({ crop: [0.4, 1], rotation: 10, jitter: jitter(0.8, 0.2, 0.2, 0, 0) }),
  // As skin, but lesions are points: large crops and no blur.
  fundus: () => ({ crop: [0.4, 1], flip: HALF, rotation: 180, jitter: jitter(0.8, 0.4, 0.4, 0.2, 0.05) }),
  // For fine-tuning, which strong augmentation slows down: large crops, and 10 % of brightness and contrast.
  light: () => ({ crop: [0.8, 1], jitter: jitter(1, 0.1, 0.1, 0, 0) }),
  // The same where an image and its mirror image mean the same.
  'light-flipped': () => ({ crop: [0.8, 1], flip: HALF, jitter: jitter(1, 0.1, 0.1, 0, 0) }),
  none: () => ({}),
};

/** The augmentation of that name for views of `size` pixels. */
export function namedAugmentation(name: AugmentationName, { size }: { readonly size: number }): Augmentation {
  return { name, size, ...UNCHANGED, ...NAMED[name](size) };
}
