/** What the process ends with. The contract page lists the same; a test compares them. */
export const EXIT_STATUS = {
  done: 0,
  error: 1,
  usage: 2,
  notAllowed: 4,
  refused: 5,
  failed: 6,
  timeOut: 124,
  interrupted: 130,
} as const;

/** What `titan help exit-codes` says. */
export const EXIT_STATUS_TEXT = `Exit status of titan:

    0  done
    1  error; of diff: it differs
    2  usage; of diff, anything above 1: trouble
    4  not signed in, or not allowed
    5  refused by the feed, with its codes
    6  waited for something that failed
  124  time-out
  130  interrupted
`;
