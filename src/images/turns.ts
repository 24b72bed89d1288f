/**
 * Admits work by weight, in turn: one piece of each key that has work waiting, round and round, and in the
 * order of arrival within a key. So a key with thousands of pieces does not keep out one with three.
 *
 * The piece whose turn it is waits until it fits, and everybody else with it: a large piece is not overtaken
 * for ever, and a newcomer waits for one piece of every other key at the most.
 */
export interface Turns {
  /**
   * Waits for room.
   *
   * @param weight more than the capacity counts as all of it: the piece then has it alone
   * @param key whose work it is
   * @returns gives the room back; to be called once
   * @throws the signal's reason, when aborted while waiting
   */
  acquire(weight: number, signal: AbortSignal, key: string): Promise<() => void>;
  isIdle(): boolean;
}

interface Piece {
  readonly weight: number;
  readonly admit: () => void;
  /** Taken out of its line only when its turn comes, since to find it there takes long. */
  isAborted: boolean;
}

interface Line {
  readonly key: string;
  readonly pieces: Queue<Piece>;
}

export function createTurns(capacity: number): Turns {
  const lines = new Map<string, Line>();
  /** The lines in the order of their turns. */
  const round = createQueue<Line>();
  let free = capacity;

  function lineOf(key: string): Line {
    const known = lines.get(key);
    if (known !== undefined) return known;
    const line = { key, pieces: createQueue<Piece>() };
    lines.set(key, line);
    round.push(line);
    return line;
  }

  function admitNext(): void {
    for (let line; (line = round.first()) !== undefined;) {
      const piece = line.pieces.first();
      if (piece === undefined) {
        round.shift();
        lines.delete(line.key);
      } else if (piece.isAborted) {
        line.pieces.shift();
      } else if (piece.weight > free) {
        return;
      } else {
        line.pieces.shift();
        round.shift();
        round.push(line);
        free -= piece.weight;
        piece.admit();
      }
    }
  }

  return {
    acquire(asked, signal, key) {
      const weight = Math.min(asked, capacity);
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = () => {
          piece.isAborted = true;
          reject(signal.reason as Error);
          admitNext();
        };
        const piece: Piece = {
          weight,
          isAborted: false,
          admit() {
            signal.removeEventListener('abort', abort);
            resolve(() => {
              free += weight;
              admitNext();
            });
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        lineOf(key).pieces.push(piece);
        admitNext();
      });
    },
    // With all room free nothing waits: whatever comes fits.
    isIdle: () => free === capacity,
  };
}

/** First in, first out, each step as quick as the last: an array would move all it holds at every shift. */
interface Queue<T> {
  push(item: T): void;
  first(): T | undefined;
  shift(): void;
}

interface Link<T> {
  readonly item: T;
  next: Link<T> | undefined;
}

function createQueue<T>(): Queue<T> {
  let head: Link<T> | undefined;
  let tail: Link<T> | undefined;
  return {
    push(item) {
      const link: Link<T> = { item, next: undefined };
      if (tail === undefined) head = link;
      else tail.next = link;
      tail = link;
    },
    first: () => head?.item,
    shift() {
      head = head?.next;
      if (head === undefined) tail = undefined;
    },
  };
}
