import { Type } from "typebox";

const text = (description: string) =>
  Type.Optional(Type.String({ description, maxLength: 65_536 }));

/** What every read takes. */
export const ReadQuery = Type.Object(
  {
    at: text("a revision, or an ISO time: the state as it was then"),
    minRevision: text("answer at this revision or later, or say what lags"),
  },
  { additionalProperties: false },
);

export const ListQuery = Type.Object(
  {
    at: text("a revision, or an ISO time: the list as it was then"),
    minRevision: text("answer at this revision or later, or say what lags"),
    labelSelector: text("in Kubernetes' grammar"),
    limit: text("at most so many items, 500 unless told, 5,000 at most"),
    cursor: text("where the list before this one ended"),
    watch: Type.Optional(Type.Union([Type.Literal("true"), Type.Literal("false")])),
    revision: text("watch what changes after this revision"),
  },
  { additionalProperties: false },
);

export const WriteQuery = Type.Object(
  {
    dryRun: Type.Optional(
      Type.Union([Type.Literal("true"), Type.Literal("false")], {
        description: "the verdict and what would follow, without doing it",
      }),
    ),
  },
  { additionalProperties: false },
);

export const MinRevisionQuery = Type.Object(
  { minRevision: text("answer at this revision or later, or say what lags") },
  { additionalProperties: false },
);

export const NoQuery = Type.Object({}, { additionalProperties: false });

/** An object as people write it; the feed judges it, so that nothing is said twice. */
export const AnyObject = Type.Object({}, { additionalProperties: true });

/** Answers are written for people who read the document; their types are in the code. */
export const WriteAnswer = Type.Unsafe<unknown>(
  Type.Object({
    changeId: Type.String(),
    revision: Type.Optional(Type.Integer()),
    accepted: Type.Boolean(),
    outcomes: Type.Array(
      Type.Object({ kind: Type.String(), key: Type.String(), result: Type.String() }),
    ),
    object: Type.Optional(AnyObject),
    effects: Type.Optional(
      Type.Array(
        Type.Object({ host: Type.String(), deployment: Type.String(), effect: Type.String() }),
      ),
    ),
  }),
);

export const ObjectList = Type.Unsafe<unknown>(
  Type.Object({
    items: Type.Array(AnyObject),
    revision: Type.Integer(),
    cursor: Type.Optional(Type.String()),
  }),
);

const ProblemAnswer = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    errors: Type.Array(
      Type.Object({
        code: Type.String(),
        pointer: Type.String(),
        detail: Type.String(),
        hint: Type.String(),
      }),
    ),
  },
  { additionalProperties: true },
);

/** What every route may answer with instead. */
export const PROBLEM_ANSWERS = { "4xx": ProblemAnswer, "5xx": ProblemAnswer } as const;
