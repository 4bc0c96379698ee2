import { describe, expect, test } from "vitest";
import { cycles, pathThroughBarrier } from "../../../machines/schedule/order.ts";

describe("the path of tasks through a cycle's barrier", () => {
  test.each([
    { cycle: [0, 1, 5], path: [0, 1], where: "the barrier stands last" },
    { cycle: [1, 5, 0], path: [0, 1], where: "the barrier stands between" },
    { cycle: [5, 0, 1], path: [0, 1], where: "the barrier stands first" },
    { cycle: [0, 6, 5], path: [0], where: "one barrier waits for another" },
    { cycle: [2, 6, 5, 0, 1], path: [0, 1, 2], where: "two barriers stand between" },
    { cycle: [0, 5, 1, 2, 6], path: [0], where: "there are two paths: the one behind the last barrier" },
    { cycle: [5, 6], path: [], where: "there are only barriers" },
    { cycle: [0, 1, 2], path: undefined, where: "there is no barrier" },
  ])("is $path of $cycle with 5 tasks: $where", ({ cycle, path }) => {
    expect(pathThroughBarrier(cycle, { tasks: 5 })).toEqual(path);
  });
});

test("a cycle is found between long chains that lead to it and away from it", () => {
  const [chain, tasks] = [10_000, 20_002];
  const needs = Array.from({ length: tasks }, (_, node) => (node === 0 ? [] : [node - 1]));
  needs[chain]?.push(chain + 1);
  const dependents: number[][] = needs.map(() => []);
  needs.forEach((ends, node) => {
    for (const end of ends) dependents[end]?.push(node);
  });
  expect(cycles({ tasks, needs, dependents })).toEqual([[chain, chain + 1]]);
});
