/** What the Web UI shows beside a run: the file, and how many images it is about. */
export function summaryOf(fileName: string, images: number): string {
  return `${fileName}: ${images} ${images === 1 ? 'image' : 'images'}`;
}
