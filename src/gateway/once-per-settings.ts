import type { Settings } from '#src/config/settings.ts';

/** What is made of the settings, made once for each; a reload brings new settings and with them new things. */
export function oncePerSettings<T>(make: (settings: Settings) => T): (settings: Settings) => T {
  const made = new WeakMap<Settings, { readonly value: T }>();
  return (settings) => {
    const entry = made.get(settings) ?? { value: make(settings) };
    made.set(settings, entry);
    return entry.value;
  };
}
