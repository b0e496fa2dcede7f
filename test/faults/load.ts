/** The load under which a gateway is killed: clients that keep their sessions open and send until the process is gone. */
import { noteReply, type FaultWorld } from './fault-world.ts';
import { KeptOpenClient } from './kept-open-client.ts';
import type { KindOfMail, SubmittedMail } from './mails.ts';

export const CLIENTS = 6;

/** Mails that were not answered before, then new ones. */
export async function sendWhileAlive(world: FaultWorld, client: number, random: () => number): Promise<void> {
  const mine: SubmittedMail[] = world.oracle.submitted.filter(
    ({ queueId }, n) => queueId === null && n % CLIENTS === client,
  );
  const session = await KeptOpenClient.open(world.smtpPort);
  if (session === null) return;
  for (;;) {
    const mail = mine.pop() ?? world.newMail(kindOfMail(random));
    const final = await session.send(mail);
    if (final === null) {
      mail.unanswered += 1;
      break;
    }
    noteReply(mail, final);
  }
  session.end();
}

function kindOfMail(random: () => number): KindOfMail {
  return { coded: random() < 0.5, large: random() < 0.03, refused: random() < 0.05 };
}
