/** The key that a page made for itself: where released keys are sealed to. */
import { importWrappingPoint } from '#src/keys/wrapping-point.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';

/** base64url → point, 65 bytes. Throws Refusal 400 where it is no point on P-256. */
export function requirePagePoint(pageKey: string): Buffer {
  const point = Buffer.from(pageKey, 'base64url');
  try {
    importWrappingPoint(point);
  } catch {
    const { code, message } = genericRefusal(400);
    throw new Refusal(400, code, message);
  }
  return point;
}
