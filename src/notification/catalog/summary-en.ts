/** The daily summary in English. */
import type { SummaryWords } from './summary-words.ts';

export const summaryInEnglish: SummaryWords = {
  subject: ({ day, sent, opened }) => `Summary of ${day}: ${sent} sent, ${opened} opened`,
  title: 'Your protected messages',
  intro:
    'This takes the place of the single emails "Secured" and "Opened". If something fails or needs you, we still ' +
    'write at once.',
  introLast:
    'You asked for single emails again. This is what we had gathered for the next summary. From now on each email ' +
    'comes at once.',
  sentFact: 'Messages sent',
  openedFact: 'Opened for the first time',
  to: ({ who }) => `To ${who}`,
  sent: ({ moment }) => `Sent on ${moment}.`,
  sentWithCode: ({ moment, code }) => `Sent on ${moment}. Message code ${code}.`,
  state: {
    'secure-message': 'read on our website, not opened yet',
    'verified-tls': 'sent over a checked, safe line',
    'encrypted-by-author': 'sent as you encrypted it',
    internal: 'inside your organization',
    'opportunistic-tls': 'sent as a normal email',
    held: 'still waiting, nothing has gone out',
    failed: 'not delivered, we sent you another email about it',
    'not-sent': 'not sent',
  },
  opened: ({ moment }) => `opened on ${moment}`,
  openedFor: ({ reader, moment }) => `opened by ${reader} on ${moment}`,
  moreRecipients: ({ more }) => (more === 1 ? 'and 1 more person' : `and ${more} more people`),
  moreMessages: ({ more }) =>
    more === 1
      ? 'There is 1 more message. You find it here:'
      : `There are ${more} more messages. You find them here:`,
  page: 'All about this message:',
  choiceTitle: 'How much mail you get',
  choiceSingle: 'You get one summary a day. To get each email at once again:',
  choiceSummary: 'You get each email at once. To get one summary a day instead:',
};
