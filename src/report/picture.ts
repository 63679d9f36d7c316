/** A picture that travels inside the page. */
export interface EmbeddedPicture {
  /** `data:image/webp;base64,...` */
  readonly uri: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}
