/** Node's "fetch failed" hides the reason in its cause. */
export function fetchError({ message, cause }: Error): string {
  const reason = (cause as Error | undefined)?.message;
  return reason === undefined ? message : `${message} (${reason})`;
}
