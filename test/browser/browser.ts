import AxeBuilder from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** Opens a page, and collects its errors in `complaints`. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}

/** Expects that a page violates none of axe's rules. */
export async function expectAccessible(page: Page): Promise<void> {
  // The page's policy forbids other scripts, except through the debugger.
  await page.evaluate(AxeBuilder.source);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof AxeBuilder };
    const found = await axe.run(document);
    return found.violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.slice(0, 3).map(({ html }) => html),
    }));
  });
  expect(violations).toEqual([]);
}

/** Expects that every view, and a task's panel, is accessible and no wider than the window. */
export async function expectAccessibleViews(
  open: (hash: string, options: BrowserContextOptions) => Promise<{ readonly page: Page }>,
  { shown, opened, output }: { readonly shown: string; readonly opened: string; readonly output: string },
): Promise<void> {
  const appearances: BrowserContextOptions[] = [
    { colorScheme: "light" },
    { colorScheme: "dark" },
    { colorScheme: "light", viewport: { width: 360, height: 700 } },
  ];
  for (const options of appearances) {
    for (const view of ["graph", "timeline", "charts", "journal"]) {
      const { page } = await open(`#view=${view}`, options);
      await page.locator(".counts .look-failed").waitFor();
      if (view === "graph") await task(page, shown).waitFor();
      if (view === "charts") await page.locator(".chart").waitFor();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await page.context().close();
    }
    const { page } = await open(`#task=${opened}`, options);
    await page.locator(".panel pre", { hasText: output }).waitFor();
    await expectAccessible(page);
    await page.context().close();
  }
}

/** Waits until an element of the page shows a text. */
export const says = (page: Page, id: string, text: string | RegExp) =>
  page.getByTestId(id).filter({ hasText: text }).waitFor();
/** Waits until a task of the graph has a look. */
export const looks = (page: Page, id: string, look: string) =>
  page.locator(`[data-task="${id}"][data-look="${look}"]`).waitFor();
export const task = (page: Page, id: string) => page.locator(`[data-task="${id}"]`);
export const tab = (page: Page, name: string) => page.getByRole("tab", { name, exact: true });
