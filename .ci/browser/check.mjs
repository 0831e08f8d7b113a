// Opens every page of the built book in a browser, on a wide window and on a phone's, in a light theme and then in a dark
// one, and fails on what a reader would stumble over.
//     node check.mjs [BOOK_DIR] [--base /below/] [--screenshots DIR] [--themes light,rust,coal,navy,ayu]
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

// Accessibility faults of mdBook 0.5.4 itself that no style sheet can mend. An entry that excuses nothing fails the check.
const EXCEPTIONS = [
    {
        rule: "aria-allowed-role", selector: "#mdbook-sidebar-toggle",
        why: "mdBook's toggle is a <label>, which no key reaches; our script makes it a button, a role axe grants no label",
    },
];
// A page that is no page of its own: toc.html is the frame of the sidebar for readers without scripts.
const NO_PAGES = ["toc.html"];
// All pages once more, on one: what it looks like is tried, and not again for whom it can be read.
const PRINTED = "print.html";
// What nobody has written, deep below the site: the service that hosts the book answers with 404.html.
const NO_SUCH_PAGE = "no/such/page.html";
const WIDTHS = [1280, 360];
const ALL_RULES = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
// What another theme changes.
const COLOURS = { type: "rule", values: ["color-contrast"] };
const TYPES = {
    ".css": "text/css", ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".json": "application/json",
    ".mjs": "text/javascript", ".png": "image/png", ".svg": "image/svg+xml", ".txt": "text/plain", ".wasm": "application/wasm",
    ".woff2": "font/woff2",
};

export async function check(book, options = {}) {
    const { base = "/", exceptions = EXCEPTIONS, themes = ["light", "navy"], widths = WIDTHS, screenshots } = options;
    const server = createServer((request, response) => {
        const file = fileOf(book, base, decodeURIComponent(new URL(request.url, "http://x").pathname));
        const missing = join(book, "404.html");
        if (!file) return response.writeHead(404, { "Content-Type": TYPES[".html"] }).end(existsSync(missing) && readFileSync(missing));
        response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
    });
    await new Promise(done => server.listen(0, "127.0.0.1", done));
    const site = `http://127.0.0.1:${server.address().port}${base}`;
    const { browser, axe } = await start();
    const pages = readdirSync(book, { recursive: true }).filter(f => f.endsWith(".html") && !NO_PAGES.includes(f)).sort();
    if (existsSync(join(book, "404.html"))) pages.push(NO_SUCH_PAGE);
    // A page is opened in one theme, at the other width in the next one, and the rest are chosen in it.
    const from = first => themes.map((_, i) => themes[(first + i) % themes.length]);
    const views = pages.flatMap(page => widths.map((width, i) => ({ page, width, themes: from(i) })));
    const total = views.length, failures = [], excused = new Set();
    let clean = 0;
    const work = async () => {
        for (let view; (view = views.shift());) {
            const faults = new Set();
            const fault = text => faults.add(`${view.page}, ${view.theme}, ${view.width} px: ${text}`);
            await look(browser, axe, site, view, exceptions, excused, fault, screenshots)
                .catch(error => fault(`could not be looked at: ${error.message.split("\n")[0]}`));
            failures.push(...faults);
            if (!faults.size) clean++;
        }
    };
    try {
        await Promise.all([work(), work()]); // two at a time
    } finally {
        await browser.close();
        server.close();
    }
    const unneeded = exceptions.filter((_, i) => !excused.has(i));
    failures.sort().push(...unneeded.map(e => `exception ${e.rule} at ${e.selector}: excuses nothing any more; take it out`));
    return { failures, passed: clean, failed: total - clean + unneeded.length };
}

/** The file that an address below the base names, if there is one. */
function fileOf(book, base, address) {
    if (!address.startsWith(base)) return undefined;
    const path = join(book, normalize(address.slice(base.length - 1)));
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, "index.html") : path;
    return existsSync(file) ? file : undefined;
}

async function start() {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    if (!existsSync(executablePath)) stop(`no browser at ${executablePath}: install chromium, or name one in the variable CHROMIUM`);
    let chromium, axe;
    try {
        ({ chromium } = await import("playwright-core"));
        axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    } catch {
        stop("the packages are missing: npm ci --prefix .ci/browser");
    }
    const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
    if (process.getuid?.() === 0) args.push("--no-sandbox"); // Chromium refuses to start as root with it
    return { browser: await chromium.launch({ executablePath, args }), axe };
}

/** Opens one page at one width, in the first of its themes, and chooses the others; tells `fault` what is wrong, a line each. */
async function look(browser, axe, site, view, exceptions, excused, fault, screenshots) {
    const { page: path, width, themes: [first, ...others] } = view;
    view.theme = first;
    const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.on("pageerror", error => fault(`script error: ${error.message}; mend the script`));
    page.on("console", message => {
        // Of a resource that did not load the console says less than the two handlers below.
        if (/^(error|warning)$/.test(message.type()) && !message.text().startsWith("Failed to load resource"))
            fault(`console ${message.type()}: ${message.text()}; at ${message.location().url}`);
    });
    const { origin } = new URL(site);
    page.on("response", r => {
        const expected = path === NO_SUCH_PAGE && r.url() === site + path;
        if (r.status() >= 400 && !expected) fault(`HTTP ${r.status()}: ${r.url().replace(origin, "")}; mend the address`);
    });
    await page.route(url => url.origin !== origin, route => {
        fault(`request leaves the site: ${route.request().url()}; serve the file from the book`);
        return route.abort();
    });
    await page.addInitScript(name => {
        localStorage.setItem("mdbook-theme", name);
        window.print = () => {}; // print.html calls it
    }, first);
    await page.goto(site + path);
    if (await page.evaluate(hidesWhatIsFound)) fault("a word that a search has marked stays in a closed box; see the theme's script");
    await page.evaluate(() => document.querySelectorAll("details").forEach(details => { details.open = true; }));

    for (const src of await page.evaluate(unloadedImages)) fault(`image did not load: ${src}; mend its address or the file`);
    const wide = async when => {
        for (const where of await page.evaluate(tooWide))
            fault(`wider than the window${when}: ${where}; shorten it, or let it scroll within itself`);
    };
    await wide("");
    if (await page.locator("main data[value]:not(.cited)").count()) {
        const button = page.locator("#numbers-switch[aria-pressed=false]:enabled");
        const pressed = () => page.locator("#numbers-switch").getAttribute("aria-pressed");
        if (!await button.count()) fault("numbers without their switch: #numbers-switch; see the theme's script");
        else {
            await page.locator("#numbers-switch").focus();
            await page.keyboard.press("Enter");
            if (await pressed() !== "true") fault("the switch does not obey Enter: #numbers-switch; let it be a <button>");
            await wide(" with the numbers' sources shown");
            await page.keyboard.press("Enter");
        }
    }
    const shot = async () => {
        if (!screenshots) return;
        mkdirSync(screenshots, { recursive: true });
        const name = `${path.replaceAll(/[/\\]/g, "-")}-${view.theme}-${width}.png`;
        await page.screenshot({ path: join(screenshots, name), fullPage: true });
    };
    const accessible = async runOnly => {
        if (path === PRINTED) return;
        for (const { rule, help, where, exception } of await page.evaluate(violations, { runOnly, exceptions })) {
            if (exception >= 0) excused.add(exception);
            else fault(`accessibility, ${rule}: ${where}; ${help}`);
        }
    };
    if (path !== PRINTED) await page.evaluate(axe);
    await accessible(ALL_RULES);
    await shot();
    for (view.theme of others) {
        if (!await page.evaluate(choose, view.theme)) fault(`the theme is not chosen: #mdbook-theme-${view.theme}; see mdBook's themes`);
        await accessible(COLOURS);
        await shot();
    }
    await context.close();
}

// The functions below run in the page.

/** A search marks what it has found: does a closed box stay closed around a mark? */
async function hidesWhatIsFound() {
    const box = document.querySelector("main details:not([open])");
    if (!box) return false;
    const mark = box.appendChild(document.createElement("mark"));
    await new Promise(done => setTimeout(done));
    mark.remove();
    return !box.open;
}

async function unloadedImages() {
    const images = [...document.images];
    for (const image of images) image.loading = "eager";
    await Promise.all(images.map(image => image.decode().catch(() => {})));
    return images.filter(image => !image.naturalWidth).map(image => image.getAttribute("src"));
}

/** What sticks out of the window to the right. The document's own width never tells: mdBook's content scrolls inside. */
function tooWide() {
    const main = document.querySelector("main");
    const scrolls = e => main !== e && main?.contains(e) && /auto|scroll/.test(getComputedStyle(e).overflowX);
    const inScroller = e => e && (scrolls(e) || inScroller(e.parentElement));
    const range = document.createRange();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    const found = new Set();
    for (let node; (node = walker.nextNode());) {
        const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        range.selectNode(node);
        const { right } = (node === element ? node : range).getBoundingClientRect();
        if (right <= document.documentElement.clientWidth + 1 || !element.checkVisibility({ visibilityProperty: true })) continue;
        if (!inScroller(node.parentElement) && !found.has(element.parentElement)) found.add(element);
    }
    return [...found].map(e => `${e.localName}${e.id && `#${e.id}`} “${e.textContent.trim().slice(0, 40)}”`);
}

/** Chooses a theme, as a reader does; whether the page has it then. */
function choose(theme) {
    document.getElementById(`mdbook-theme-${theme}`)?.click();
    return document.documentElement.classList.contains(theme);
}

async function violations({ runOnly, exceptions }) {
    const result = await window.axe.run(document, { runOnly, resultTypes: ["violations"], elementRef: true, preload: false });
    return result.violations.flatMap(({ id, help, nodes }) => nodes.map(({ element, target }) => ({
        rule: id, help, where: target.join(" "),
        exception: exceptions.findIndex(e => e.rule === id && element?.closest(e.selector)),
    })));
}

function stop(message) {
    console.error(`browser checks: ${message}`);
    process.exit(2);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
    const { values, positionals } = parseArgs({
        allowPositionals: true, options: { base: { type: "string" }, screenshots: { type: "string" }, themes: { type: "string" } },
    });
    const book = resolve(positionals[0] ?? fileURLToPath(new URL("../../book", import.meta.url)));
    if (!existsSync(join(book, "index.html"))) stop(`no book in ${book}: mdbook build`);
    const { base, screenshots } = values;
    if (base && !/^\/(.*\/)?$/.test(base)) stop(`--base begins and ends with a slash, and ${base} does not`);
    const { failures, passed, failed } = await check(book, { base, themes: values.themes?.split(","), screenshots });
    for (const failure of failures) console.log(failure);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed ? 1 : 0;
}
