const STEPS = 8_192;

/** sRGB's curve (IEC 61966-2-1): the byte for each step of linear light. */
const ENCODED = Uint8Array.from({ length: STEPS + 1 }, (_, index) => {
  const light = index / STEPS;
  return Math.round(
    255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055),
  );
});

/** @param light linear; values outside 0 to 1 are clamped */
export function encoded(light: number): number {
  return ENCODED[Math.round(Math.min(Math.max(light, 0), 1) * STEPS)] ?? 0;
}
