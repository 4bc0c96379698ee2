/** Milliseconds of CPU time that some work takes: unlike the time on a clock, it hardly depends on the machine's load. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
