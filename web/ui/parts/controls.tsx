/** Buttons, fields and boxes as all pages use them. A busy button keeps its focus: it is not taken from the page. */
import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../locale/locale.ts';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly kind?: 'first' | 'second' | 'plain';
  readonly small?: boolean;
  readonly wide?: boolean;
  readonly submit?: boolean;
  readonly busy?: boolean;
  readonly label?: string;
  readonly onPress?: () => void;
}

export function Button({ children, kind = 'first', small, wide, submit, busy, label, onPress }: ButtonProps) {
  const look = kind === 'plain' ? 'plain' : `button${kind === 'second' ? ' second' : ''}`;
  return (
    <button
      type={submit === true ? 'submit' : 'button'}
      class={`${look}${small === true ? ' small' : ''}${wide === true ? ' wide-button' : ''}`}
      aria-disabled={busy === true ? 'true' : undefined}
      aria-label={label}
      onClick={(event) => {
        if (busy === true) event.preventDefault();
        else onPress?.();
      }}
    >
      {children}
    </button>
  );
}

export interface TextInput {
  readonly class?: string;
  readonly type: 'text' | 'email' | 'password';
  readonly name?: string;
  readonly inputMode?: 'numeric';
  readonly autoComplete: string;
  readonly autoCapitalize?: 'off' | 'characters';
  readonly spellcheck?: boolean;
  readonly value: string;
  readonly readOnly?: boolean;
  readonly onFocus?: () => void;
  readonly onText?: (text: string) => void;
}

export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  /** Shown under the field and read out; the field gets the focus when a new one appears. */
  readonly problem?: string | null;
  readonly input: TextInput;
  readonly beside?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Field({ id, label, hint, problem, input, beside, children }: FieldProps) {
  const element = useRef<HTMLInputElement>(null);
  const wrong = problem !== undefined && problem !== null;
  useEffect(() => {
    if (!wrong) return;
    element.current?.focus();
    // Digits that were wrong are typed over, not after.
    if (input.inputMode === 'numeric') element.current?.select();
  }, [problem]);
  const described = [hint === undefined ? '' : `${id}-hint`, wrong ? `${id}-problem` : ''].join(' ').trim();
  const { onText, ...attributes } = input;
  const control = (
    <input
      {...(attributes as InputHTMLAttributes)}
      onInput={(event) => onText?.(event.currentTarget.value)}
      ref={element}
      id={id}
      aria-invalid={wrong ? 'true' : undefined}
      aria-describedby={described === '' ? undefined : described}
    />
  );
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {beside === undefined ? (
        control
      ) : (
        <div class="with-button">
          {control}
          {beside}
        </div>
      )}
      <div role="alert">
        {wrong && (
          <p class="problem" id={`${id}-problem`}>
            {problem}
          </p>
        )}
      </div>
      {children}
    </div>
  );
}

/** A failure that belongs to no field, with a way on. */
export function ProblemBox({ text, onRetry }: { readonly text: string; readonly onRetry?: () => void }) {
  return (
    <div class="box bad" role="alert">
      <p>{text}</p>
      {onRetry !== undefined && (
        <Button kind="second" small onPress={onRetry}>
          {texts().tryAgain}
        </Button>
      )}
    </div>
  );
}

/** Holds the place of a page that is coming; says so to screen readers. */
export function PageSkeleton({ label }: { readonly label?: string }) {
  return (
    <>
      <h1 class="unseen">{label ?? texts().loading}</h1>
      <Skeleton {...(label !== undefined && { label })} />
    </>
  );
}

/** Holds the place of a part that is coming. */
export function Skeleton({ label }: { readonly label?: string }) {
  return (
    <div class="card skeleton" role="status">
      <b class="unseen">{label ?? texts().loading}</b>
      <span />
      <span />
      <span />
    </div>
  );
}
