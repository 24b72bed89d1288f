/** What the Web UI shows beside a run: the file, and how many images it is to work on. */
export function summaryOf(fileName: string, images: number): string {
  return `${fileName}: ${images} ${images === 1 ? 'image' : 'images'}`;
}

/** The same of a run that has only a webhook to deliver. */
export function webhookSummaryOf(fileName: string): string {
  return `${fileName}: the webhook again`;
}
