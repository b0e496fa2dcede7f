/** Help pages in English. */
import type { HelpTexts } from './help-texts.ts';

export const help: HelpTexts = [
  {
    slug: 'read',
    audience: 'recipient',
    title: 'How to read your message',
    blocks: [
      'You got a mail that says that a secure message is waiting for you. The mail itself holds nothing private. This is how you read the message:',
      {
        steps: [
          'Open the **link in the mail**. You see who sent the message.',
          'Choose **Send me the code**. We mail 6 digits to the same mailbox. This shows us that it is yours.',
          '**Type the code.** You may leave the page to look for it and come back.',
          '**Choose how to sign in.** The quick way is your fingerprint, your face or the PIN of your device: a passkey. Or choose a password. Four words in a row are fine; we suggest some.',
          'Your message opens. Attachments can be viewed or saved.',
        ],
      },
      {
        note: 'The code is needed only the first time. Next time you open the link and use your passkey or your password.',
      },
      { h: 'Good to know' },
      {
        list: [
          'The sender is told when the message is opened in your account.',
          'The message stays here until the date that is shown with it. Save or print what you want to keep longer.',
          'After 15 minutes without activity you are signed out. That protects you on shared computers.',
          'An ordinary reply by mail is **not** protected. Don’t put private things in it.',
        ],
      },
      '{helpLine}',
    ],
  },
  {
    slug: 'no-code',
    audience: 'recipient',
    title: 'No code arrives',
    blocks: [
      {
        steps: [
          'Wait two or three minutes. Some mailboxes check new mail slowly.',
          'Look in the folder for **spam** or **junk**, and under “Other” or “Promotions” if your mailbox has them.',
          'Make sure you look in the **right mailbox**: the one whose beginning and end are shown on the page.',
          'Choose **Send a new code**. Always use the newest mail; older codes stop working.',
        ],
      },
      'A code is good for 10 minutes and for 5 tries. To protect you, we send at most 5 codes an hour and 10 a day.',
      'If your mail is forwarded to another mailbox, the code goes the same way.',
      'Still nothing? Ask the person who wrote to you, or call the help line. {helpLine}',
    ],
  },
  {
    slug: 'is-this-real',
    audience: 'recipient',
    title: 'Is this mail real?',
    blocks: [
      'It is right to be careful. A real mail from us has these marks:',
      {
        list: [
          'The subject ends with a **code in brackets**, like `7K4‑2QF‑9XM`.',
          'The link begins with `{publicUrl}`.',
          'There is **no attachment** and no picture in the mail.',
          'We never ask for your bank, your card or your old passwords.',
        ],
      },
      'You can check without the link: type this site’s address yourself, open [Is my mail real?](/check) and type the code from the subject and your address.',
      'Does the mail look wrong? [Give it to us](/help/fake), and we tell you if it is ours.',
      {
        note: 'If you don’t know the sender or something feels wrong, do not open the link. Call a number that you already have. {helpLine}',
      },
    ],
  },
  {
    slug: 'password',
    audience: 'recipient',
    title: 'I forgot my password',
    blocks: [
      {
        steps: [
          'Open the link in the mail again, or go to [Sign in](/sign-in).',
          'Choose **Forgot your password?**',
          'We mail you a code. Type it, then choose a new password.',
        ],
      },
      'After that, new messages open at once. Messages that you **opened before** stay closed at first: whoever gets into your mailbox could ask for a new password too. Open such a message and choose **Ask to read it**: the sender can open it for you.',
      'You had a **passkey**? It rests until you use it once under **My account**. Then your older messages open again.',
      'You had a **second step**? We ask for its code too. If you have lost the app and the recovery codes, choose **I have lost both**. You can go on after 24 hours. Until then each of your addresses can stop it.',
      '{helpLine}',
    ],
  },
  {
    slug: 'questions',
    audience: 'recipient',
    title: 'Questions and answers',
    blocks: [
      { h: 'Does it cost anything?' },
      'No. You need no program either, only a browser.',
      { h: 'Which browsers work?' },
      'Chrome 95 or newer, Safari 14 or newer, Firefox 102 or newer, Edge 95 or newer, on a phone, a tablet or a computer.',
      { h: 'Who can read my message?' },
      'It is decrypted in your browser, after you showed that the mailbox is yours. Our servers keep it encrypted.',
      { h: 'This message is not for me. What now?' },
      'Open the link and choose **This is not for me**. The message is locked and the sender is told. Thank you.',
      { h: 'The message is locked or no longer kept' },
      'The sender or the organization may lock a message. Messages are also kept for a limited time only. Open the link: it says what happened. Choose **Ask to read it**, and the sender can open it for you.',
      { h: 'I can’t read it here, or I don’t want to' },
      'Open the link and choose **I want to get it another way**. Ask for a call or a letter, or name somebody who reads it to you. The sender is told.',
      { h: 'I am asked for a code or words that came with no mail' },
      'For some messages the sender tells you a code or some words **by telephone**. Call a number that you already have.',
      { h: 'No mail with a code ever reaches me' },
      'Call the help line. They check who you are, and can give you a code by telephone. Type it in place of the mailed one.',
      { h: 'How do I save an attachment?' },
      'Choose **Save** next to its name. It goes to the downloads of your device. PDF files, pictures and texts can also be viewed at once.',
      { h: 'I share my mailbox with somebody' },
      'Whoever can read the mailbox can ask for a code. Use a mailbox of your own for private things, and choose a password that only you know.',
      { h: 'Why are pictures missing?' },
      'Pictures that would come from other websites are not loaded: they tell others that you are reading.',
    ],
  },
  {
    slug: 'send',
    audience: 'sender',
    title: 'How to send a secure message',
    blocks: [
      { note: 'Write `send secure` anywhere in the subject. That is all.' },
      {
        steps: [
          'Write your mail as always, in the mail program that you always use.',
          'Put `send secure` into the subject, for example: `send secure Your results`.',
          'Send it. Within a minute you get a mail **Secured: …** that says how it was protected for each recipient.',
          'When the recipient opens it, you get a mail **Opened: …**',
        ],
      },
      'Too many of these mails? The link **How much mail you get** in each of them gives you one summary a day instead. If something fails or waits for you, we still write at once.',
      { h: 'These work' },
      {
        list: [
          '`send secure` – two words, best in small letters',
          '`SEND SECURE`, `Send Secure` – capital letters do not matter',
          '`sendsecure` – joined',
          '`send   secure` – with more spaces',
          '`Re: [send secure] your question` – with text before or after',
        ],
      },
      { h: 'These do not' },
      {
        list: [
          '`send your message secure` – other words between',
          '`send-secure`, `send, secure` – signs between',
          '`Send Securemessage` – a word grown together with another',
        ],
      },
      'If you come close, we stop the mail and ask you. See [When the code is mistyped](/help/near-misses).',
      {
        note: 'No patient’s name, date of birth or number in the subject, please. What stands in the subject of the mail may be seen by others on the way.',
      },
      'You don’t need the code inside {organization}, and answers in a secured conversation are protected without it.',
      'First of all follow the policies of your site. For patients, see [Patient portal first](/help/patient-portal).',
    ],
  },
  {
    slug: 'confidential-data',
    audience: 'sender',
    title: 'What must be protected',
    blocks: [
      '{policy}',
      'Whenever you write to an address outside {organization}, ask yourself: would it harm somebody if a stranger read this?',
      { h: 'Protected health information (PHI)' },
      'Anything about a person’s health, care or payment for care that could be tied to that person. It **must** be encrypted on its way out. Examples:',
      {
        list: [
          'name, address, date of birth, phone number or record number together with a diagnosis, a result, a date of treatment or a bill',
          'pictures, letters, referrals, prescriptions, lab results',
          'that somebody is a patient at all',
        ],
      },
      { h: 'Other personal information' },
      {
        list: [
          'social security, passport, account and card numbers',
          'personnel files, pay, evaluations, applications',
        ],
      },
      { h: 'Other confidential data' },
      'Data whose loss or theft would harm {organization}, its owner or the people in it: research before it is published, inventions, contracts, security plans. It should be protected too.',
      { note: 'Not sure? Then don’t send it in an ordinary mail. Use the code.' },
    ],
  },
  {
    slug: 'near-misses',
    audience: 'sender',
    title: 'When the code is mistyped',
    blocks: [
      'Did you write `sned secure`, `send-secure` or `secure send`? Then we think that you meant the code. Nothing goes out. Within seconds you get a mail **Needs you: …** with two choices:',
      {
        list: [
          '**Send it secured now**: it goes out as a secure message.',
          '**Don’t send**: it is thrown away.',
        ],
      },
      'If you do nothing, it goes out **secured** after 30 minutes. It never goes out unprotected by itself.',
      'If you got no “Needs you” mail and no “Secured” mail, the code was not recognized. Correct the subject and send the mail again.',
      'Recipients inside {organization} get the mail at once in any case.',
    ],
  },
  {
    slug: 'receipts',
    audience: 'sender',
    title: 'Receipts, and what no receipt means',
    blocks: [
      'For each secure message you get:',
      {
        list: [
          '**Secured: …** at once, one for the whole mail. It lists each recipient and how the mail is protected for that person.',
          '**Opened: …** when a recipient opens it, one for each recipient. It means: opened in the account of that address.',
          '**Not delivered: …** if the notice can’t be brought to the recipient.',
        ],
      },
      { h: 'No “Secured” mail' },
      'Then the mail was **not** recognized as a secure one. Look at the subject: is `send secure` in it? If not, it went out as an ordinary mail.',
      { h: 'No “Opened” mail' },
      'Then the recipient has not opened it yet, or the mail was brought over a verified channel. In that case it arrives as an ordinary mail in the recipient’s mailbox and nobody can see whether it was read. The “Secured” mail says so for each recipient.',
      'Keep the receipts if you must be able to show later that something was sent in a protected way.',
    ],
  },
  {
    slug: 'partners',
    audience: 'sender',
    title: 'Partners with a verified channel',
    blocks: [
      'With some organizations we have a channel that is always encrypted and whose other end is verified (TLS). Mail to them needs no code. With the code it makes no difference: it arrives as an ordinary mail and is protected on its way.',
      'If such a channel can’t be verified, the mail waits for a while and then goes out as a secure message. It never goes out in clear.',
      'The “Secured” mail tells you which way each recipient’s copy took.',
      'Not sure whether somebody is such a partner? Use the code. It never hurts.',
    ],
  },
  {
    slug: 'limits',
    audience: 'sender',
    title: 'How large a message may be',
    blocks: [
      {
        list: ['the whole secure message: **10 MB**', 'each single attachment: **7.5 MB**'],
      },
      'Counted as the files lie on your disk. A larger mail comes back to you with the reason; nothing of it has gone out.',
      'What helps: send several messages, save pictures smaller, or pack documents into one PDF.',
      'For larger files ask your security officer which way your site provides.',
    ],
  },
  {
    slug: 'laptop-encryption',
    audience: 'sender',
    title: 'My laptop is encrypted. Is my mail?',
    blocks: [
      { note: 'No. An encrypted laptop does not encrypt your mail.' },
      'The encryption of your laptop or phone protects what **lies on the device**: if it is stolen, nobody can read the disk.',
      'A mail **leaves** the device. On its way it passes other computers, and in the end it lies in somebody else’s mailbox. There your laptop’s encryption does nothing.',
      'So for mail to the outside you need `send secure`, whatever device you use.',
    ],
  },
  {
    slug: 'patient-portal',
    audience: 'sender',
    title: 'Patient portal first',
    blocks: [
      '{patientPortal}',
      'If your site has a patient portal or a clinical messaging system, use it first for health information:',
      {
        list: [
          'for **patients**: the patient portal. The message stays in the record, and the patient knows the place.',
          'for **other clinicians**: the clinical messaging of your site.',
        ],
      },
      'Use `send secure` where that is not possible: for a patient without portal access, a practice outside, an insurer, a family member who takes part in the care.',
      'The policies of your site come first. If in doubt, ask your security officer.',
    ],
  },
  {
    slug: 'sender-questions',
    audience: 'sender',
    title: 'Questions and answers for senders',
    blocks: [
      { h: 'Do I need a program or a certificate?' },
      'No. It works in every mail program and on your phone.',
      { h: 'Does the recipient need one?' },
      'No. A browser is enough. The first time takes about a minute.',
      { h: 'What does the recipient see in the mailbox?' },
      'A mail with your name, the name of {organization} and a link. Usually your subject is replaced by a neutral one. It stands inside the secure message.',
      { h: 'Can I use it with several recipients?' },
      'Yes. Each one outside gets an own copy. Recipients inside {organization} get your mail as always.',
      { h: 'Is the answer protected too?' },
      'An ordinary reply from the recipient is not protected. Your own answers in the conversation are, without the code.',
      { h: 'How long is the message kept?' },
      'One year from sending, and at least 90 days from the first opening, unless your site decided otherwise.',
      { h: 'It went to the wrong person. What now?' },
      'Tell your security officer at once. The recipient can also choose **This is not for me**; then the message is locked and you are told.',
      { h: 'Does everything need the code?' },
      'No. Only what must be protected; see [What must be protected](/help/confidential-data).',
    ],
  },
  {
    slug: 'help-desk',
    audience: 'sender',
    title: 'Who helps',
    blocks: [
      '{helpDesk}',
      '{securityOfficer}',
      'For questions about sending, ask the help desk of your site. Tell it the code from the “Secured” mail, not the content of the message.',
      'For questions about what may be sent, ask your security officer or privacy officer.',
      'Recipients can call the help line. {helpLine}',
      { note: 'Nobody from the help desk needs your password or a recipient’s password, ever.' },
    ],
  },
];
