/** A mail address that breaks behind its `@` and dots where a line ends, not in mid-word. */

export function MailAddress({ address }: { readonly address: string }) {
  const pieces = address.match(/[^@.]*[@.]?/g) ?? [];
  return (
    <>
      {pieces.map((piece) => (
        <>
          {piece}
          <wbr />
        </>
      ))}
    </>
  );
}
