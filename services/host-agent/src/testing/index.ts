export { HostMemory } from "../host-memory.ts";
export { HOST_RULES, type HostRules } from "../host-rules.ts";
export { LogicalStream } from "../logical-stream.ts";
export { OwnedFiles } from "../owned-files.ts";
export { MemoryDisk } from "./memory-disk.ts";
