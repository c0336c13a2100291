/**
 * Sorts a short list where it is, by insertion: a sort of the language makes lists of its own, which
 * is most of its time when there are ten elements.
 */
export function sortFew<Value extends number | string>(values: Value[]): Value[] {
  for (let at = 1; at < values.length; at += 1) {
    const value = values[at] as Value;
    let to = at;
    for (; to > 0 && (values[to - 1] as Value) > value; to -= 1) {
      values[to] = values[to - 1] as Value;
    }
    values[to] = value;
  }
  return values;
}
