/**
 * The pages that the navigation of the staff site leads to. A page adds one line here; it is shown to whom its policy
 * lets in. A page that needs a second factor is shown to nobody who signed in without one.
 */
import { mayUse, type Asker, type PolicyName } from './policies/policies.ts';

export interface NavigationEntry {
  readonly path: string;
  readonly name: { readonly en: string; readonly es: string };
  /** The same as that of the page's route. */
  readonly policy: PolicyName;
}

export const NAVIGATION: readonly NavigationEntry[] = [
  { path: '/', name: { en: 'Start', es: 'Inicio' }, policy: 'sender' },
  { path: '/messages', name: { en: 'My messages', es: 'Mis mensajes' }, policy: 'sender' },
  { path: '/waiting', name: { en: 'Waiting', es: 'En espera' }, policy: 'sender' },
  { path: '/domains', name: { en: 'Partners', es: 'Asociados' }, policy: 'sender' },
  { path: '/help-desk', name: { en: 'Help desk', es: 'Asistencia' }, policy: 'help-desk' },
  { path: '/administration', name: { en: 'Administration', es: 'Administración' }, policy: 'officer' },
  { path: '/status', name: { en: 'State', es: 'Estado' }, policy: 'operator' },
  { path: '/account', name: { en: 'My account', es: 'Mi cuenta' }, policy: 'sender' },
];

export function navigationFor(asker: Asker): readonly NavigationEntry[] {
  return NAVIGATION.filter(({ policy }) => mayUse(policy, asker));
}
