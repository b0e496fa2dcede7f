/** How far the scanner goes; beyond a limit the rest is opaque and the result says why. */
export interface ScanLimits {
  /** Multiparts and embedded messages inside each other. */
  readonly depth: number;
  readonly parts: number;
  /** Header block of one entity. */
  readonly headerBytes: number;
  readonly lineBytes: number;
  /** A longer text is not derived. */
  readonly derivedTextBytes: number;
  readonly derivedCalendarBytes: number;
}

export const DEFAULT_SCAN_LIMITS: ScanLimits = {
  depth: 100,
  parts: 10_000,
  headerBytes: 256 * 1024,
  lineBytes: 1024 * 1024,
  derivedTextBytes: 512 * 1024,
  derivedCalendarBytes: 128 * 1024,
};
