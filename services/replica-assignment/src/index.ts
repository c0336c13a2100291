export { replicaAssignment } from "./replica-assignment-view.ts";
