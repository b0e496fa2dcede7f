/**
 * R27: what recipients read is at the level of the sixth year of school: mails, pages, help, in English and Spanish. The
 * figures and the hardest sentences are printed in every run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { catalogs } from '#src/notification/catalog/catalogs.ts';
import {
  countsOf,
  fernandezHuertaEase,
  fleschKincaidGrade,
  sentencesOf,
  syllablesOf,
  wordsOf,
  type TextLanguage,
} from '#test/support/readability.ts';

import { accessTexts } from './access/access-texts.ts';
import { en as accountEn } from './account/locale/en.ts';
import { es as accountEs } from './account/locale/es.ts';
import { closedTexts } from './closed/texts.ts';
import { en as credentialsEn } from './credentials/locale/en.ts';
import { es as credentialsEs } from './credentials/locale/es.ts';
import { handOverTexts } from './hand-over/hand-over-texts.ts';
import { help as helpEn } from './help/en.ts';
import { help as helpEs } from './help/es.ts';
import { otherWaysTexts } from './other-ways/other-ways-texts.ts';
import { severalTexts } from './reader/keep-several-texts.ts';
import { replyFormTexts } from './reader/reply-texts.ts';
import { SECOND_CHANNEL_TEXTS } from './reader/second-channel-texts.ts';
import { en as pagesEn } from './ui/locale/en.ts';
import { es as pagesEs } from './ui/locale/es.ts';
import { language } from './ui/locale/locale.ts';
import { checkTexts } from './ui/pages/check-texts.ts';

/** What the mails to recipients are made of. */
const RECIPIENTS_MAILS = [
  'furtherDown',
  'help',
  'notice',
  'code',
  'granted',
  'reminder',
  'replyFailed',
  'access',
  'accountChange',
  'resetWaits',
  'resetStarted',
] as const;
const MOST_GRADE = 6;
const LEAST_EASE = 70;
const WORST_SHOWN = 5;
/** In words: of shorter sentences one long word decides, which says nothing. */
const LONG_ENOUGH = 8;

/** Stands for whatever a text is filled in with: a short name. */
const anyValue = new Proxy({}, { get: () => 'Ann' });

/** All texts in a table, however deep; phrases filled in. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return textsIn(filled(value as (...given: unknown[]) => unknown));
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return [];
}

function filled(phrase: (...given: unknown[]) => unknown): unknown {
  return phrase('Ann', 'Ann', 'Ann', 'Ann');
}

/** Phrases of mails take one object of values. */
function mailTextsIn(value: unknown): string[] {
  if (typeof value === 'function') return mailTextsIn((value as (values: unknown) => unknown)(anyValue));
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(mailTextsIn);
  return textsIn(value);
}

function groupsIn(tag: TextLanguage): Record<string, string[]> {
  language.value = tag;
  const inEnglish = tag === 'en';
  const help = (inEnglish ? helpEn : helpEs).filter(({ audience }) => audience === 'recipient');
  return {
    mails: RECIPIENTS_MAILS.flatMap((key) => mailTextsIn(catalogs[tag][key])),
    pages: textsIn([
      inEnglish ? [pagesEn, accountEn, credentialsEn] : [pagesEs, accountEs, credentialsEs],
      [accessTexts(), checkTexts(), closedTexts(), handOverTexts(), otherWaysTexts()],
      [replyFormTexts(), severalTexts(), SECOND_CHANNEL_TEXTS[tag]],
    ]),
    help: help.flatMap(({ title, blocks }) => textsIn([title, blocks])),
  };
}

const levelOf = {
  en: (sentences: readonly string[]) => fleschKincaidGrade(countsOf(sentences, 'en')),
  es: (sentences: readonly string[]) => fernandezHuertaEase(countsOf(sentences, 'es')),
};
/** Higher is harder. */
const hardness = {
  en: (sentence: string) => levelOf.en([sentence]),
  es: (sentence: string) => -levelOf.es([sentence]),
};

for (const tag of ['en', 'es'] as const) {
  const measure = tag === 'en' ? 'grade of Flesch and Kincaid' : 'ease of Fernández Huerta';
  test(`R27: texts for recipients read like the sixth year of school (${tag})`, (t) => {
    for (const [group, texts] of Object.entries(groupsIn(tag))) {
      const sentences = [...new Set(texts.flatMap(sentencesOf))];
      const level = levelOf[tag](sentences);
      t.diagnostic(`${tag}, ${group}: ${measure} ${level.toFixed(1)}, ${sentences.length} sentences`);
      const worst = sentences
        .filter((sentence) => wordsOf(sentence).length >= LONG_ENOUGH)
        .toSorted((a, b) => hardness[tag](b) - hardness[tag](a))
        .slice(0, WORST_SHOWN);
      for (const sentence of worst)
        t.diagnostic(`  ${Math.abs(hardness[tag](sentence)).toFixed(1)}: ${sentence}`);
      assert.ok(sentences.length > 10, group);
      if (tag === 'en') assert.ok(level <= MOST_GRADE + 0.99, `${group}: grade ${level.toFixed(2)}`);
      else assert.ok(level >= LEAST_EASE, `${group}: ease ${level.toFixed(2)}`);
    }
  });
}

test('syllables are counted as they are spoken', () => {
  const known: Readonly<Record<TextLanguage, string>> = {
    en: 'the-1 message-2 secure-2 password-2 address-2 opened-2 asked-1 wanted-2 people-2 table-2 codes-1 boxes-2 changes-2 created-3 idea-3 being-2 area-3 organization-5 browser-2 authenticator-5 fingerprint-3 telephone-3 safely-2 device-2 recovery-4 minutes-2 moment-2 confirmed-2 removed-2 private-2 reading-2 only-2 email-2 hospital-3 continue-3 phone-1 signed-1 answered-2 mailbox-2 somebody-3',
    es: 'mensaje-3 contraseña-4 dirección-3 código-3 buzón-2 abrir-2 leer-2 aquí-2 día-2 usted-2 teléfono-4 guardar-2 siguiente-3 quién-1 hay-1 muy-1 yo-1 cuenta-2 correo-3 país-2 automático-5 organización-5 aún-2 héroe-3 pingüino-3 guía-2 prohibido-4 ciudad-2 envíe-3 segundo-3',
  };
  for (const tag of ['en', 'es'] as const) {
    const wrong = known[tag].split(' ').filter((entry) => {
      const [word = '', count] = entry.split('-');
      return syllablesOf(word, tag) !== Number(count);
    });
    assert.ok(wrong.length <= (tag === 'en' ? 2 : 0), wrong.join(' '));
  }
});

test('the measures know easy from hard', () => {
  const easy = sentencesOf('The cat sat on the mat. It was warm. Then it went to sleep.');
  const hard = sentencesOf(
    'Notwithstanding any provision to the contrary, authorization of disclosure necessitates administrative determination of applicability.',
  );
  assert.ok(levelOf.en(easy) < 3 && levelOf.en(hard) > 16);
  const facil = sentencesOf('El gato duerme en la casa. Hace calor. Luego come pan.');
  const dificil = sentencesOf(
    'La imprescindible autorización administrativa correspondiente condiciona inevitablemente cualquier comunicación confidencial ulterior.',
  );
  assert.ok(levelOf.es(facil) > 85 && levelOf.es(dificil) < 40);
});
