/** The summary of a run in the Web UI: the file name and the number of images to process. */
export function summaryOf(fileName: string, images: number): string {
  return `${fileName}: ${images} ${images === 1 ? 'image' : 'images'}`;
}

/** The summary of a run that only delivers a webhook. */
export function webhookSummaryOf(fileName: string): string {
  return `${fileName}: webhook redelivery`;
}
