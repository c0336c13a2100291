export { ApiClient, type ApiClientOptions } from "./api-client.ts";
export { ApiProblem, type ProblemItem } from "./api-problem.ts";
export { createContext, type CommandContext, type Input, type Shell } from "./command-context.ts";
export { CommandError, usageError } from "./command-error.ts";
export { ProcessorThreads } from "./up/processor-threads.ts";
export { runTitan } from "./run-titan.ts";
export { VIEWS } from "./up/views.ts";
