/** What the sections of the account page are made of. */
import type { ComponentChildren } from 'preact';

export function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="card section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface SelectProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (value: string) => void;
}

export function Select({ id, label, value, choices, onChoose }: SelectProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} onChange={(event) => onChoose(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} selected={choice.value === value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Says that something was done; read out when it appears. */
export function DoneNote({ text }: { readonly text: string | null }) {
  return <div role="status">{text !== null && <p class="box good">{text}</p>}</div>;
}
