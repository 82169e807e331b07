// The charts' memory: times and values in columns of typed arrays, the oldest row overwritten when it is full.

export interface RingStatistics {
  readonly rows: number;
  readonly capacity: number;
  readonly columns: number;
  readonly overwritten: number;
}

/** Rows are counted from the oldest, which is 0. A value that was not read is NaN. */
export class ColumnRing {
  count = 0;
  #capacity: number;
  #first = 0;
  #overwritten = 0;
  #times: Float64Array;
  // 1 where the line must not be drawn from the row before to this one.
  #breaks: Uint8Array;
  #columns: Float64Array[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#times = new Float64Array(capacity);
    this.#breaks = new Uint8Array(capacity);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** A new column, empty for the rows that are there already. */
  addColumn(): number {
    this.#columns.push(new Float64Array(this.#capacity).fill(Number.NaN));
    return this.#columns.length - 1;
  }

  /** Empties a column, so that something else can be kept in it. */
  clearColumn(column: number): void {
    this.#columns[column]?.fill(Number.NaN);
  }

  append(time: number, broken: boolean): void {
    if (this.count === this.#capacity) {
      this.#first = (this.#first + 1) % this.#capacity;
      this.count -= 1;
      this.#overwritten += 1;
    }
    this.count += 1;
    this.#blank(this.count - 1, time, broken);
  }

  /** Puts a row before the oldest; false when there is no room for it. */
  prepend(time: number, broken: boolean): boolean {
    if (this.count === this.#capacity) return false;
    this.#first = (this.#first + this.#capacity - 1) % this.#capacity;
    this.count += 1;
    this.#blank(0, time, broken);
    return true;
  }

  /** Gives up the newest rows, all but so many. */
  truncate(count: number): void {
    this.count = Math.min(this.count, count);
  }

  set(column: number, row: number, value: number): void {
    const values = this.#columns[column];
    if (values !== undefined) values[this.#slot(row)] = value;
  }

  setTime(row: number, time: number): void {
    this.#times[this.#slot(row)] = time;
  }

  setBroken(row: number, broken: boolean): void {
    this.#breaks[this.#slot(row)] = broken ? 1 : 0;
  }

  time(row: number): number {
    return this.#times[this.#slot(row)] ?? Number.NaN;
  }

  value(column: number, row: number): number {
    return this.#columns[column]?.[this.#slot(row)] ?? Number.NaN;
  }

  broken(row: number): boolean {
    return this.#breaks[this.#slot(row)] === 1;
  }

  /** The first row at `time` or after it; `count` when there is none. Times rise. */
  firstAt(time: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.time(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  copyTimes(row: number, count: number, target: Float64Array): void {
    this.#copy(this.#times, row, count, target);
  }

  copyBreaks(row: number, count: number, target: Uint8Array): void {
    this.#copy(this.#breaks, row, count, target);
  }

  copyColumn(column: number, row: number, count: number, target: Float64Array): void {
    const values = this.#columns[column];
    if (values !== undefined) this.#copy(values, row, count, target);
  }

  clear(): void {
    this.count = 0;
    this.#first = 0;
  }

  /** Makes room for more rows; never gives any up. */
  grow(capacity: number): void {
    if (capacity <= this.#capacity) return;
    const moved = <T extends Float64Array | Uint8Array>(old: T, fresh: T): T => {
      this.#copy(old, 0, this.count, fresh);
      return fresh;
    };
    this.#times = moved(this.#times, new Float64Array(capacity));
    this.#breaks = moved(this.#breaks, new Uint8Array(capacity));
    this.#columns = this.#columns.map((old) => moved(old, new Float64Array(capacity).fill(Number.NaN)));
    this.#first = 0;
    this.#capacity = capacity;
  }

  statistics(): RingStatistics {
    return {
      rows: this.count,
      capacity: this.#capacity,
      columns: this.#columns.length,
      overwritten: this.#overwritten,
    };
  }

  #slot(row: number): number {
    return (this.#first + row) % this.#capacity;
  }

  #blank(row: number, time: number, broken: boolean): void {
    const slot = this.#slot(row);
    this.#times[slot] = time;
    this.#breaks[slot] = broken ? 1 : 0;
    for (const column of this.#columns) column[slot] = Number.NaN;
  }

  // Two block copies at most: up to the end of the storage, and the rest from its start.
  #copy<T extends Float64Array | Uint8Array>(source: T, row: number, count: number, target: T): void {
    const from = this.#slot(row);
    const head = Math.min(count, this.#capacity - from);
    target.set(source.subarray(from, from + head) as never, 0);
    if (head < count) target.set(source.subarray(0, count - head) as never, head);
  }
}
