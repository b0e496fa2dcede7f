/** All languages by their code. */
import type { Locale } from '../mail-site.ts';
import type { Catalog } from './catalog.ts';
import { en } from './en.ts';
import { es } from './es.ts';

export const catalogs: Readonly<Record<Locale, Catalog>> = { en, es };
