import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is installed; undefined where it is not. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH } = process.env;
  return CHROMIUM_PATH ?? PLACES.find((place) => existsSync(place));
}

/** Starts Chromium without a window, and without asking anything of the network. */
export function openBrowser(executablePath: string): Promise<Browser> {
  const args = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
  const background = ['--disable-background-networking', '--disable-component-update'];
  return chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: [...args, ...background] });
}
