// The command line of a workload, which the appliance tells where its setting process_arguments asks for it.

/** Null where none is told. */
export function commandOf(workload: object): string | null {
  const command = "command" in workload ? workload.command : null;
  return typeof command === "string" && command !== "" ? command : null;
}
