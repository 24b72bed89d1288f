const STEPS = 8_192;

/** sRGB's curve from linear light (IEC 61966-2-1), as bytes. */
const ENCODED = Uint8Array.from({ length: STEPS + 1 }, (_, index) => {
  const light = index / STEPS;
  return Math.round(
    255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055),
  );
});

/** @param light linear, from 0 to 1; what is outside is the nearest that sRGB can say */
export function encoded(light: number): number {
  return ENCODED[Math.round(Math.min(Math.max(light, 0), 1) * STEPS)] ?? 0;
}
