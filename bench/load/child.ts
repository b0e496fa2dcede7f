/**
 * A helper of the benchmark in a process of its own: it gets one request at a time and answers each. Load and sink
 * must not share a process with what is measured.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Child<Request, Answer> {
  readonly pid: number;
  ask(request: Request): Promise<Answer>;
  stop(): void;
}

interface Wire {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export function startChild<Request, Answer>(module: string): Child<Request, Answer> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const child = fork(path, [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const waiting = new Map<number, { resolve(value: Answer): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', ({ id, value, error }: Wire) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value as Answer);
    else asked?.reject(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${module} ended with ${code}`));
  });
  return {
    pid: child.pid ?? 0,
    ask(request) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, value: request });
      });
    },
    stop: () => void child.kill(),
  };
}

/** The child's side. Requests are answered as they come, so a long one does not keep a short one waiting. */
export function answerRequests<Request, Answer>(answer: (request: Request) => Promise<Answer>): void {
  process.on('message', ({ id, value }: Wire) => {
    answer(value as Request).then(
      (result) => process.send?.({ id, value: result }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
