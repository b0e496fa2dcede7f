/**
 * What an organisation may take as a further code beside `send secure`. A code protects every mail whose subject has
 * it, so it must be something that nobody writes by chance: not too short, and no word that stands in ordinary
 * subjects. Near misses of it are looked for with less daring than those of `send secure`, whose neighbours were
 * measured.
 */
import { unmask } from './look-alikes.ts';
import { BUILT_IN_CODE, parseSubjectCode, type SubjectCode } from './subject-code.ts';
import { isOneSlipAway, type SubjectWord } from './subject-words.ts';

const MIN_LETTERS = 4;
const MAX_CHARACTERS = 40;
/** In a shorter code one slip makes another word too easily. */
const MIN_LETTERS_FOR_SLIPS = 7;

/** Words that stand in ordinary subjects, alone or together; English and Spanish. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  [
    'send sent sending secure secured security safe safely encrypt encrypted encryption protect protected private',
    'privacy confidential confidentiality sensitive secret urgent important internal external personal information',
    'mail email message letter file files document documents attachment attached form forms link password code account',
    'patient patients results result report reports record records labs test tests invoice payment appointment meeting',
    'update reminder request question answer reply forward please thanks thank hello your from this that with about',
    'seguro segura cifrado cifrada cifrar protegido protegida privado privada confidencial urgente importante correo',
    'mensaje carta documento documentos adjunto informe informes resultado resultados paciente pacientes cita factura',
    'reunión reunion pregunta respuesta enviar enviado para sobre gracias hola',
  ].flatMap((words) => words.split(' ')),
);

/** What is wrong with a text as a code, in words that follow "needs"; null where it may be one. */
export function wantedOfCode(text: string): string | null {
  const code = parseSubjectCode(text);
  const letters = [...code.join('')].filter((character) => /[\p{L}\p{N}]/u.test(character)).length;
  if (letters < MIN_LETTERS) return `at least ${MIN_LETTERS} letters or digits in "${text}"`;
  if ([...text].length > MAX_CHARACTERS) return `at most ${MAX_CHARACTERS} characters in "${text}"`;
  const [only] = code;
  if (code.length === 1 && only !== undefined && COMMON_WORDS.has(only))
    return `more than the common word "${text}": write it with a second word or in brackets, such as "[${text}]"`;
  if (code.join('') === BUILT_IN_CODE.join('')) return 'no "send secure": it is a code in any case';
  return null;
}

/** Where the code stands mistyped: one slip, signs between its words, or letters that only look alike. Linear. */
export function findFurtherNearMiss(
  words: readonly SubjectWord[],
  code: SubjectCode,
  form: string,
): Range | null {
  if (!code.every((word) => /^[\p{L}\p{N}\p{M}]+$/u.test(word))) return null;
  for (let index = 0; index + code.length <= words.length; index++) {
    const run = words.slice(index, index + code.length);
    const range = { start: run[0]?.start ?? 0, end: run.at(-1)?.end ?? 0 };
    if (isNear(run, code) && !endsSentence(form.slice(range.start, range.end))) return range;
  }
  return findJoined(words, code);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** All words exact (then signs stand between them), or all alike after unmasking, or one slipped. */
function isNear(run: readonly SubjectWord[], code: SubjectCode): boolean {
  const wrong = code.filter((word, at) => run[at]?.text !== word);
  if (wrong.length === 0) return code.length > 1;
  if (code.every((word, at) => unmask(run[at]?.text ?? '') === unmask(word))) return true;
  if (wrong.length > 1 || code.join('').length < MIN_LETTERS_FOR_SLIPS) return false;
  return code.every((word, at) => {
    const found = run[at]?.text ?? '';
    return found === word || (word.length > 3 && !COMMON_WORDS.has(found) && isOneSlipAway(found, word));
  });
}

function endsSentence(text: string): boolean {
  return /[.!?;]\s/u.test(text);
}

/** Two or more words written as one, with a slip, or with something glued on. */
function findJoined(words: readonly SubjectWord[], code: SubjectCode): Range | null {
  const joined = code.join('');
  if (code.length < 2 || joined.length < MIN_LETTERS_FOR_SLIPS) return null;
  const isJoined = ({ text }: SubjectWord): boolean =>
    (text !== joined && text.includes(joined)) || isOneSlipAway(text, joined);
  return words.find(isJoined) ?? null;
}
