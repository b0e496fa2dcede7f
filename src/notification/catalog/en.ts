/** English. */
import type { Catalog } from './catalog.ts';
import { credentialChanges, handOverCode, resetStarted, resetWaits } from './credentials-en.ts';
import { summaryInEnglish } from './summary-en.ts';

const people = (count: number): string => (count === 1 ? 'this person' : `these ${count} people`);

export const en: Catalog = {
  furtherDown: 'In English: see further down.',
  help: {
    title: 'Need help?',
    page: 'Help, step by step:',
    phone: ({ phone }) => `Or call ${phone}.`,
    phoneWithHours: ({ phone, hours }) => `Or call ${phone} (${hours}).`,
  },
  fact: {
    recipient: 'To',
    sent: 'You sent it',
    opened: 'Opened',
    messageCode: 'Message code',
    size: 'Size',
    limit: 'Limit',
    address: 'Email address',
  },
  andMore: ({ first, more }) => (more === 1 ? `${first} and 1 more` : `${first} and ${more} more`),
  via: ({ author, organization }) => `${author} via ${organization}`,
  notice: {
    subject: ({ author, organization, code }) => `Secure message from ${author}, ${organization} (${code})`,
    subjectOutside: ({ organization, code }) => `Secure message from ${organization} (${code})`,
    title: ({ author }) => `${author} sent you a secure message`,
    intro: ({ person, organization }) =>
      `${person} at ${organization} has something private to tell you, so it is not in this email. ` +
      'You read it on our website, on a phone or a computer:',
    introOutside: ({ person, organization }) =>
      `${organization} is passing on a private message that ${person} wrote, so it is not in this email. ` +
      'You read it on our website, on a phone or a computer:',
    button: 'Read the message',
    firstTime:
      'The first time takes about a minute: we send a code to this email address, you choose a password, ' +
      'and you read. After that you just sign in.',
    byTelephone: ({ author }) =>
      `Before you read it the first time, we ask for one more thing: a code that ${author} gives you by telephone, or the passphrase that you two agreed on.`,
    authorIsTold: ({ author }) => `When you open the message, ${author} is told.`,
    keptUntil: ({ day }) => `You can read it until ${day}.`,
    answering:
      'A normal reply to this email is not protected. Please do not write anything private in a normal reply.',
    realTitle: 'Is this email real?',
    realCheck: ({ organization }) =>
      `You do not have to trust the link above. Go to the website of ${organization} the way you always do, ` +
      'or type this address into your browser yourself:',
    realCode: 'Enter your email address there, and this message code:',
    realNever: 'We never ask you to send a password, a code or a card number in a reply to an email.',
    why: ({ to, author }) => `This email went to ${to}, because ${author} wrote to you there.`,
  },
  secured: {
    subject: ({ who }) => `Secured: your message to ${who}`,
    title: 'Your message was sent securely',
    intro: ({ moment }) => `This is about the message that you sent on ${moment}.`,
    group: {
      'secure-message': {
        title: 'Read on our website',
        text:
          'They get an email with a link, sign in and read your message there. ' +
          'You get an email when they open it for the first time.',
      },
      'verified-tls': {
        title: 'Sent over a checked, safe line',
        text:
          'We checked their mail server before we sent it. It arrives as a normal email, ' +
          'so we cannot see if it is opened.',
      },
      'encrypted-by-author': {
        title: 'Sent as you encrypted it',
        text: 'You had encrypted it in your mail program. We cannot see if it is opened.',
      },
      internal: {
        title: 'Inside your organization',
        text: 'It arrives as a normal email in your own mail system. We cannot see if it is opened.',
      },
      'opportunistic-tls': {
        title: 'Sent as a normal email',
        text: 'It was not made a secure message for them. We cannot see if it is opened.',
      },
      held: {
        title: 'Waiting for you',
        text: 'Nothing has gone out to them yet. We sent you another email that begins with "Needs you".',
      },
      returned: {
        title: 'Not sent',
        text: 'Nothing has gone out to them. We sent you another email that says why and what to do.',
      },
    },
    whyTitle: 'Why it was protected',
    why: {
      code: 'You wrote "send secure" in the subject.',
      'further-code': 'You wrote a code of your organization in the subject.',
      'header-switch': 'Your email program marked it to be encrypted.',
      'secured-thread': 'It answers a message that was protected, so the answer is protected too.',
      'header-rule': 'Your organization has a rule that protects messages marked like this one.',
      'all-external': 'Your organization protects all email that goes to people outside.',
      'partner-domain': 'Your organization always protects email to this partner.',
      'near-miss': 'The subject looked as if you meant "send secure".',
      'near-miss-machine': 'The subject looked as if "send secure" was meant.',
      'held-by-officer': 'It was to be protected, and your security officer has let it go out.',
    },
    asked: {
      title: 'What you asked for',
      expires: ({ day }) => `Nobody can open it after ${day}.`,
      readBy: ({ day }) => `We tell you who has not opened it by the end of ${day}.`,
      noReply: 'It cannot be answered on our website.',
      verify:
        'Before they can open it they need a code that you give them by telephone. ' +
        'You make the code on the page of this message.',
      unmetTitle: 'What we did not understand',
      unmet: {
        'no-day': ({ word }) =>
          `After "${word}" stands no day that we can read, so it did not count. ` +
          'Write it like: 14d, 1 Dec, 2026-12-01.',
        'day-past': ({ word }) => `The day after "${word}" is over, so it did not count.`,
        'day-too-late': ({ word }) =>
          `We do not keep messages until the day after "${word}", so it did not count.`,
        misspelled: ({ word }) => `A word looks like "${word}" with a slip.`,
      },
      unmetCure:
        'These words stay in the subject. You can still change the settings on the page of this message.',
    },
    laterTitle: 'What happens next',
    keptUntil: ({ day }) => `They can read it on our website until ${day}.`,
    noOpenedMail: 'If you get no email that begins with "Opened", nobody has opened it yet.',
    noOpenedMailMixed:
      'If you get no email that begins with "Opened", nobody has opened it yet, or it went out in a way that ' +
      'we cannot see.',
    code: 'If they ask whether our email is real, give them this message code:',
    undo: ({ clock }) => `Nothing has gone out yet. Until ${clock} you can still take it back.`,
    undoMixed: ({ clock }) =>
      `To the people who read it on our website, nothing has gone out yet. Until ${clock} you can still take it back.`,
    undoButton: 'Undo: do not send it',
    page: 'See what became of it, lock it, or say that it went to the wrong person:',
  },
  opened: {
    subject: ({ who }) => `Opened: your message to ${who}`,
    title: 'Your message was opened',
    intro: ({ who, moment }) => `${who} opened your secure message on ${moment}.`,
    introFor: ({ reader, who, moment }) =>
      `${reader} opened your secure message for ${who} on ${moment}. ${who} lets them read for this address.`,
    meaningFor:
      'This means: somebody signed in to the account of the reader and opened the message. We cannot see who sat ' +
      'at the screen, or if all of it was read.',
    meaning:
      'This means: somebody signed in to the account of this address and opened the message. ' +
      'We cannot see who sat at the screen, or if all of it was read.',
    once: 'You get this email once for each person. Later visits are only written to the log.',
  },
  held: {
    subject: ({ who }) => `Needs you: your message to ${who} is waiting`,
    title: 'Should this message go out securely?',
    intro: ({ moment }) => `We stopped the message that you sent on ${moment} and need your answer.`,
    nothingLeft: 'Nothing has gone out to:',
    others: 'The other people you wrote to are not affected.',
    slipTitle: 'Why we ask',
    slip: {
      misspelled: 'In the subject, a word next to "send" or "secure" looks misspelled.',
      joined: 'In the subject, "send" or "secure" is joined to another word.',
      'words-between': 'In the subject, there are other words between "send" and "secure".',
      reversed: 'In the subject, "send" and "secure" are the wrong way round.',
      punctuated: 'In the subject, there is a sign between "send" and "secure".',
      'look-alike':
        'In the subject, some letters of "send secure" are foreign letters that only look the same.',
      'vendor-tag':
        'The subject has a tag that other mail systems use to protect an email. Ours is "send secure".',
      'code-in-body': '"Send secure" stands in the text of your message, but not in the subject.',
      'further-code':
        'It has what looks like a code of your organization for protected email, but not quite.',
    },
    chooseTitle: 'Your choice',
    choose: 'You answer on a page that opens in your browser.',
    sendSecured: 'Send it secured now',
    dontSend: "Don't send",
    unansweredSecure: ({ clock }) => `If we hear nothing from you, we send it secured at ${clock}.`,
    unansweredReturn: ({ clock }) => `If we hear nothing from you, we send it back to you at ${clock}.`,
    nextTime:
      'Next time, write the two words "send secure" in the subject, and it goes out securely at once.',
  },
  officerHold: {
    limit: {
      'recipients-an-hour': 'It would go to more people outside in one hour than is usual.',
      'new-recipients-a-day': 'It would go to more new people outside in one day than is usual.',
    },
    officerSubject: ({ author }) => `Needs you: a message from ${author} is waiting`,
    officerTitle: 'Should this message go out?',
    officerIntro: ({ author, moment, count }) =>
      `${author} sent a message to ${people(count)} outside on ${moment}. Nothing of it has gone out. A stolen mailbox looks like this, and so does a busy day. If you can, ask the author by phone.`,
    officerChoose: 'You answer on a page that opens in your browser.',
    stop: 'Stop it',
    release: 'Let it go out',
    returnedAt: ({ moment }) => `If nobody answers, it goes back to the author on ${moment}.`,
    authorSubject: ({ who }) => `Waiting: your message to ${who}`,
    authorTitle: 'Your message is waiting',
    authorIntro: ({ moment }) => `The message that you sent on ${moment} has not gone out yet to:`,
    authorNext: ({ moment }) =>
      `Your security officer decides about it and was asked. If nobody answers, it comes back to you on ${moment}. You need not send it again.`,
    notYou: 'If you did not send it, call your help desk now: somebody else may be using your mailbox.',
  },
  code: {
    subject: ({ code, organization }) => `${code} is your code for ${organization}`,
    title: 'Your code',
    intro: ({ organization }) => `Type this code into the page of ${organization} where you asked for it:`,
    introAddress: ({ organization }) =>
      `Somebody wants to add this address to their account for secure messages from ${organization}, to read ` +
      'there what is sent to you. If that is you, type this code into the page where you asked for it:',
    validUntil: ({ minutes, clock }) =>
      `It works for ${minutes} minutes, until ${clock}, and only in that browser.`,
    closed: 'Closed the page? Go on here:',
    button: 'Continue here',
    notAsked:
      'You did not ask for a code? Then somebody typed your address, maybe by mistake. You can forget this email: ' +
      'nobody gets in without the code.',
    never: 'Do not give this code to anybody. We never ask for it by phone or by email.',
  },
  staffLink: {
    'sign-in': {
      subject: ({ organization }) => `Your link to sign in to Send Secure (${organization})`,
      title: 'Sign in',
      intro: 'You asked for a link to sign in to the staff pages. Here it is:',
      button: 'Sign in',
      notAsked: 'You did not ask for it? Then forget this email. The link works only where it was asked for.',
    },
    'add-address': {
      subject: ({ organization }) => `Add this address to your account in Send Secure (${organization})`,
      title: 'Add this address',
      intro: 'You asked to add this address to your account on the staff pages. Go on here:',
      button: 'Add this address',
      notAsked:
        'You did not ask for it? Then forget this email: without the link, this address is added to nobody.',
    },
    validUntil: ({ minutes, clock }) =>
      `It works once, for ${minutes} minutes, until ${clock}, and only in the browser where you asked for it.`,
    never: 'Please do not pass this link on. We never ask for it by phone or by email.',
  },
  bounce: {
    subject: ({ who }) => `Not delivered: your message to ${who}`,
    title: 'Your message was not delivered',
    intro: ({ moment, count }) => `The message that you sent on ${moment} did not reach ${people(count)}:`,
    others: 'The other people you wrote to are not affected.',
    nextTitle: 'What you can do',
    forHelpDesk: ({ detail }) => `For the help desk: ${detail}`,
    failure: {
      'no-such-mailbox': {
        what: 'There is no mailbox with this address.',
        next: 'Check the spelling, or ask the person for the right address. Then send it again.',
      },
      'mailbox-closed': {
        what: 'The mailbox is closed and takes no email.',
        next: 'Ask the person for another address.',
      },
      'mailbox-full': {
        what: 'The mailbox is full.',
        next: 'Call the person, or try again in a few days.',
      },
      'no-such-domain': {
        what: 'The part after the @ does not exist, or takes no email.',
        next: 'Check the spelling after the @. Then send it again.',
      },
      'bad-address': {
        what: 'This is not an email address that can work.',
        next: 'Check the address for typing errors. Then send it again.',
      },
      refused: {
        what: 'Their mail server refused it. It may take it for unwanted email, or have a rule against it.',
        next: 'Reach the person in another way, and give the details below to your help desk.',
      },
      'not-authenticated': {
        what: 'Their mail server could not make sure that the email really came from us.',
        next: 'Give the details below to your help desk. Somebody has to change a setting.',
      },
      'too-large': {
        what: 'The message is too large for their mail server.',
        next: 'Send it without the largest attachment, or in several emails.',
      },
      'no-connection': {
        what: 'We could not reach their mail server.',
        next: 'Try again later. If it fails again, reach the person in another way.',
      },
      'no-tls': {
        what: 'No safe line to their mail server was possible, so we did not send it.',
        next: 'Put "send secure" in the subject and send it again. They can then read it on our website.',
      },
      'timed-out': {
        what: 'We tried for several days and could not deliver it.',
        next: 'Check the part after the @, or reach the person in another way.',
      },
      loop: {
        what: 'The message went round in a circle between mail servers.',
        next: 'Give the details below to your help desk. Somebody has to change a setting.',
      },
      'not-supported': {
        what: 'Their mail server cannot handle an email of this kind.',
        next: 'Send it again as simple text, or reach the person in another way.',
      },
      busy: {
        what: 'Their mail server is busy or out of order.',
        next: 'Try again later. If it fails again, reach the person in another way.',
      },
      unknown: {
        what: 'Their mail server did not take it and gave no clear reason.',
        next: 'Try again once. If it fails again, give the details below to your help desk.',
      },
    },
  },
  delay: {
    subject: ({ who }) => `Delayed: your message to ${who}`,
    title: 'Your message is late',
    intro: ({ moment, count }) =>
      `The message that you sent on ${moment} has not reached ${people(count)} yet. We keep trying:`,
    until: ({ moment }) => `We try until ${moment}. If it does not work by then, we write to you again.`,
    nothingToDo:
      'You do not have to do anything. Please do not send it again. If it is urgent, call the person.',
    waitsHere: ({ moment, count }) =>
      `The message that you sent on ${moment} has not gone out to ${people(count)} yet. It waits in our own mail ` +
      'system, and the people who run it have been told:',
    waitsHereUntil: 'We write to you again if it cannot go out.',
  },
  passedOn: {
    subject: ({ who }) => `Handed over: your message to ${who}`,
    title: 'Your message was handed over',
    intro: ({ moment }) =>
      `You asked to be told when the message that you sent on ${moment} arrives. The next mail server took it for:`,
    noNews:
      'That server does not tell us when it arrives. If it is sent back, you get an email that says so.',
  },
  returned: {
    title: 'Your message was not sent',
    intro: ({ moment, count }) =>
      `The message that you sent on ${moment} did not go out to ${people(count)}:`,
    reason: {
      'message-too-large': {
        what: 'The message with all its attachments is too large for a secure message.',
        next: 'Send the attachments in several messages, or make them smaller, for example by a lower scan quality.',
      },
      'attachment-too-large': {
        what: 'One attachment is too large for a secure message.',
        next: 'Make the attachment smaller, for example by a lower scan quality, or split it into several files.',
      },
      'no-answer': {
        what: 'We asked you if it should go out securely, and got no answer.',
        next: 'Send it again. Write the two words "send secure" in the subject if it is private.',
      },
      'stopped-by-officer': {
        what: 'It would have gone to unusually many people outside, and your security officer did not let it out.',
        next: 'Talk to your security officer before you send it again.',
      },
      cancelled: {
        what: 'It was still waiting to go out when the people who run our mail system stopped it.',
        next: 'Ask your help desk for the reason before you send it again.',
      },
      'record-changed': {
        what: 'Somebody changed the record of it in our mail system while it waited. So we stopped it.',
        next: 'Please tell your help desk. Then send it again.',
      },
    },
    nothingLeft: 'Nothing of it has left.',
  },
  notForMe: {
    subject: ({ who }) => `Wrong person? ${who} says your message is not for them`,
    title: 'Your message may have gone to the wrong person',
    intro: ({ who, moment }) => `On ${moment}, somebody at ${who} told us that your message is not for them.`,
    locked: 'We locked this copy at once. It cannot be opened any more.',
    notOpened: 'It had not been opened before.',
    opened: ({ moment }) => `It had been opened before, for the first time on ${moment}.`,
    next: 'Please check the address, and send the message again to the right one.',
    nextOpened:
      'Please check the address, send the message again to the right one, and tell the person in charge of ' +
      'privacy in your organization.',
  },
  wrongRecipient: {
    subject: ({ who }) => `Wrong recipient: a message to ${who}`,
    title: 'A message went to the wrong recipient',
    intro: ({ author, moment }) => `${author} told us so on ${moment}.`,
    locked: 'This copy is locked. It cannot be opened any more.',
    relayed: 'It was sent as an ordinary email, so we cannot lock it or see whether it was read.',
    notOpened: 'It was not opened before.',
    opened: ({ moment }) => `It was opened before, for the first time on ${moment}.`,
    kept: 'The reader saved a copy. The lock does not reach saved copies.',
    sheet: 'The incident sheet, with what the log says:',
  },
  suspectMail: {
    subject: 'Somebody got a fake mail in our name',
    title: 'A fake mail in our name',
    intro: ({ moment }) =>
      `On ${moment}, somebody asked on our website if a mail is real. It is not from us. This is what we saw:`,
    from: 'Says it is from',
    leadsTo: 'Links lead to',
    code: 'Message code',
    codes: {
      ours: 'one of ours, copied into a mail with other links',
      unknown: 'does not belong to the address',
      none: 'none that could be checked',
    },
    signature: 'Our signature',
    signatures: { ours: 'fits', broken: 'does not fit', none: 'none' },
    reportedFor: 'Came to',
    nothing: 'none',
    next:
      'We told the person not to follow the links. We did not keep the mail: if you need it, ask the person for it. ' +
      'Block the sites above, and warn others if more of these mails come.',
    limits:
      'Dots and signs in addresses are written so that nobody follows them. You hear of the same fake once a day.',
  },
  askedAgain: {
    subject: ({ who }) => `Needs you: ${who} asks for your message`,
    title: 'Somebody asks for your message',
    intro: ({ who, moment }) => `${who} wants to read the message that you sent on ${moment}, and cannot.`,
    why: {
      locked: ({ when }) => `It has been locked since ${when}.`,
      expired: ({ when }) => `It could be read until ${when}. That date is past.`,
      'needs-release': ({ when }) =>
        `They had opened it before, and then set a new password by email on ${when}. Since then, messages that were opened before stay closed.`,
    },
    wrote: 'They wrote:',
    makeSure:
      'Please make sure that it is really them, best by phone: a stolen mailbox could ask in the same way.',
    button: 'Look at it and answer',
    nothingHappens: 'It takes one click there. If you do not answer, it stays closed.',
    noPage: 'It stays closed. If they should read it, please send it to them again.',
    gone: 'We do not keep this message any more. If they should read it, please send it to them again.',
  },
  otherWay: {
    subject: {
      call: ({ who }) => `Needs you: ${who} asks you to call`,
      letter: ({ who }) => `Needs you: ${who} asks for a letter`,
      somebody: ({ who }) => `Needs you: ${who} wants to have your message read out`,
    },
    title: 'Somebody asks for another way',
    intro: ({ who, moment, chosen }) =>
      `On ${chosen}, ${who} opened the link to your message of ${moment}, and chose another way than our website.`,
    way: {
      call: () => 'They would like you to call them.',
      letter: () => 'They would like to get it as a letter.',
      somebody: ({ name }) => `They would like ${name} to read it to them.`,
    },
    wrote: 'They wrote, so that you can reach them:',
    makeSure:
      'Everybody who has the link could have asked for this. First make sure that it is really them: use the phone number or address that you know already. Tell nothing before that.',
    stillThere: 'They can still read the message on our website.',
    thenDone: 'When it is done, please say so on the page of the message. What they wrote is then deleted.',
    button: 'Open the page of the message',
  },
  granted: 'You asked to read this message. It is open for you again.',
  reminder: {
    subject: ({ subject }) => `Reminder: ${subject}`,
    waits: 'This message is still waiting for you.',
  },
  notOpened: {
    subject: ({ who }) => `Not opened: your message to ${who}`,
    title: 'Your message was not opened yet',
    intro: ({ who, moment }) => `${who} has not opened the message that you sent on ${moment}.`,
    reminded: 'We reminded them once by email.',
    next: 'If it cannot wait, please call them. If the address may be wrong, send the message to the right one.',
    stillReadable: ({ day }) => `They can still read it until ${day}. You get an email when they open it.`,
    once: 'You get this email once for each person.',
  },
  summary: summaryInEnglish,
  reply: {
    via: ({ writer }) => `${writer} via Send Secure`,
    footer: ({ writer }) =>
      `${writer} wrote this on our secure website. Just reply: your answer goes back there, protected.`,
  },
  replyFailed: {
    subject: ({ organization }) => `Your reply to ${organization} was not delivered`,
    title: 'Your reply was not delivered',
    intro: ({ organization, moment }) =>
      `The reply that you wrote on the secure website of ${organization} on ${moment} did not reach this person:`,
    next: 'Please call them if it cannot wait. You can also open the message again and reply to somebody else in it.',
    kept: 'What you wrote is not lost: you find it in the list of your messages.',
    button: 'Open my messages',
  },
  access: {
    asked: {
      subject: ({ organization }) => `Somebody asks to read a message that was sent to you (${organization})`,
      title: 'May somebody read your message?',
      text: ({ organization }) =>
        `A mail about a secure message from ${organization} was sent to you. Somebody who got that mail from ` +
        'you or from another person asks to read the message too:',
      button: 'Answer',
      after: 'Sign in, then choose yes or no. If you do nothing, they can not read it.',
    },
    given: {
      subject: ({ organization }) => `You may read secure messages for somebody else (${organization})`,
      title: 'You may read for somebody else',
      text: ({ organization }) =>
        `Somebody lets you read secure messages from ${organization} that were sent to them:`,
      button: 'Read the messages',
      after:
        'Sign in with your own address and password. No account yet? You can make one there. Who wrote to them is ' +
        'told that you read, and for whom.',
    },
    'given-owner': {
      subject: ({ organization }) => `Somebody may now read messages that are sent to you (${organization})`,
      title: 'Somebody may read your messages',
      text: ({ organization }) =>
        `In your account for secure messages from ${organization}, somebody was given leave to read what is sent ` +
        'to you:',
      button: 'Look at it, or end it',
      after: 'Was this not you? End it there at once. Then set a new password and tell us:',
    },
    refused: {
      subject: ({ organization }) => `You can not read that message (${organization})`,
      title: 'The answer is no',
      text: ({ organization }) =>
        `You asked to read a secure message from ${organization} that was sent to somebody else. They said no.`,
      button: 'My messages',
      after: 'If you need to know what it says, please ask the person who sent it.',
    },
    over: {
      subject: ({ organization }) => `You no longer read messages for somebody else (${organization})`,
      title: 'You no longer read for somebody else',
      text: ({ organization }) =>
        `You can no longer read the secure messages from ${organization} that are sent to them:`,
      button: 'My messages',
      after: 'Your own messages stay as they are.',
    },
    address: 'Sent to',
    reader: 'Who reads',
    until: 'Until',
  },
  accountChange: {
    ...credentialChanges,
    'hand-over-code': handOverCode,
    'account-created': {
      subject: ({ organization }) => `Your account for secure messages from ${organization}`,
      title: 'Your account is ready',
      text: ({ organization, moment }) =>
        `On ${moment}, an account was made for you to read secure messages from ${organization}. ` +
        'From now on, sign in with your email address and the password that you chose.',
    },
    'password-changed': {
      subject: ({ organization }) => `Your password was changed (${organization})`,
      title: 'Your password was changed',
      text: ({ organization, moment }) =>
        `On ${moment}, the password of your account for secure messages from ${organization} was changed.`,
    },
    'password-reset': {
      subject: ({ organization }) => `Your password was reset (${organization})`,
      title: 'Your password was reset',
      text: ({ organization, moment }) =>
        `On ${moment}, a new password was set for your account for secure messages from ${organization}, ` +
        'with a code that we sent by email. All browsers that were signed in have been signed out.',
    },
    'address-added': {
      subject: ({ organization }) => `A new email address for your account (${organization})`,
      title: 'An email address was added',
      text: ({ organization, moment }) =>
        `On ${moment}, an email address was added to your account for secure messages from ${organization}.`,
    },
    'address-removed': {
      subject: ({ organization }) => `An email address was removed from your account (${organization})`,
      title: 'An email address was removed',
      text: ({ organization, moment }) =>
        `On ${moment}, an email address was removed from your account for secure messages from ${organization}. ` +
        'What was sent to it before can not be read any more.',
    },
    'account-deleted': {
      subject: ({ organization }) => `Your account was deleted (${organization})`,
      title: 'Your account was deleted',
      text: ({ organization, moment }) =>
        `On ${moment}, your account for secure messages from ${organization} was deleted. What was sent to this ` +
        'address before can not be read any more. That is so too for whoever gets the address after you. If you ' +
        'get a new secure message, you can make a new account with its link.',
    },
    notYou: 'Was this not you? Then somebody else may have got in. Please tell us at once:',
    notYouNew: 'Was this not you? Please tell us:',
  },
  resetWaits,
  resetStarted,
  partnerReport: {
    subject: ({ first, count }) => `Partners need attention: ${first} (${count} in all)`,
    title: 'Mail to partners needs your attention',
    kind: {
      'route-broken': {
        title: 'The channel can not be checked any more',
        next:
          'Nothing leaves unprotected: mail there waits, and then goes as a secure message. ' +
          'Ask the partner what they changed; the page below has a text for them.',
      },
      'server-not-verified': {
        title: 'One of several servers can not be checked',
        next: 'Mail still arrives over the others. Tell the partner before those are away.',
      },
      'certificate-expires': {
        title: 'A certificate ends soon',
        next: 'If the partner does not renew it, mail there waits from that day, and then goes as a secure message.',
      },
      'policy-not-confirmed': {
        title: 'The published mail policy can not be read any more',
        next: 'The last one we know holds until the day named. Ask the partner whether their policy site works.',
      },
      'agreement-ends': {
        title: 'A business associate agreement ends',
        next: 'Renew it, then note the new date in the list of partners.',
      },
    },
    more: 'All partners, with what was found and since when:',
  },
};
