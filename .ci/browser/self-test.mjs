// Do the browser checks see what they are for? A small site in a temporary folder, one fault a page.   node self-test.mjs
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.mjs";

const number = '<data value="ch01.key">12.5</data>';
const toggle = "this.setAttribute('aria-pressed', this.getAttribute('aria-pressed') !== 'true')";
const wide = '<div style="width: 1500px">wide</div>';
const CLEAN = `<button id="numbers-switch" aria-pressed="false" onclick="${toggle}">sources</button> <p>${number}</p>
    <img src="dot.svg" alt="a dot"> <div tabindex="0" style="overflow-x: auto">${wide}</div>`;

// The fault on the page, and what the report must say; "" is a page without fault.
const CASES = {
    "clean": [CLEAN, ""],
    "excused": ['<img id="excused" src="dot.svg">', ""],
    "console-error": ["<script>console.error('broken')</script>", "console error: broken"],
    "console-warning": ["<script>console.warn('doubtful')</script>", "console warning: doubtful"],
    "script-error": ["<script>undefinedName()</script>", "script error: undefinedName is not defined"],
    "leaves": ['<link rel="stylesheet" href="https://example.org/style.css">', "request leaves the site: https://example.org/style.css"],
    "http-error": ['<script src="none.js"></script>', "HTTP 404: /none.js"],
    "image": ['<img src="empty.svg" alt="nothing">', "image did not load: empty.svg"],
    "lazy-image": ['<p style="height: 9000px"></p><img loading="lazy" src="empty.svg" alt="nothing">', "image did not load: empty.svg"],
    "wide": [wide, "wider than the window: div"],
    "long-word": [`<p>${"word".repeat(100)}</p>`, "wider than the window: p “word"],
    "wide-when-shown": [`<button id="numbers-switch" aria-pressed="false" onclick="${toggle}">sources</button> ${number}
        <style>[aria-pressed=true] ~ data { display: inline-block; width: 1500px; }</style>`, "with the numbers' sources shown: data"],
    "accessibility": ['<img src="dot.svg">', "accessibility, image-alt: img"],
    "contrast": ['<p style="color: #aaa; background: #fff">faint</p>', "accessibility, color-contrast: p"],
    "other-theme": ["<style>.navy p { color: #aaa; background: #fff; }</style><p>faint</p>",
        "other-theme.html, navy, 1280 px: accessibility, color-contrast: p"],
    "dead-theme": ["<script>for (const button of document.querySelectorAll('button')) button.onclick = null;</script>", "the theme is not chosen"],
    "closed-box": ["<details><summary>more</summary><p>found</p></details>", "a word that a search has marked stays in a closed box"],
    "no-switch": [number, "numbers without their switch"],
    "dead-switch": [`<button id="numbers-switch" aria-pressed="false">sources</button> ${number}`, "the switch does not obey Enter"],
};
// The head of the page that is shown for a missing address, of a site below /below/, and what the report must say.
const MISSING_PAGES = {
    "its base": ['<base href="/below/"><script src="script.js"></script>', ""],
    "no base": ['<link rel="stylesheet" href="style.css">', "HTTP 404: /below/no/such/style.css"],
    "another base": ['<base href="/"><script src="script.js"></script>', "HTTP 404: /script.js"],
    "an address from the root": ['<base href="/below/"><link rel="stylesheet" href="/style.css">', "HTTP 404: /style.css"],
};
const EXCEPTIONS = [
    { rule: "image-alt", selector: "#excused", why: "needed" },
    { rule: "image-alt", selector: "#gone", why: "no longer needed" },
];

const site = mkdtempSync(join(tmpdir(), "browser-checks-"));
try {
    const themes = ["light", "navy"];
    const chooses = theme => `<button id="mdbook-theme-${theme}" onclick="document.documentElement.className = '${theme}'">${theme}</button>`;
    // The page's own scroller around <main>, as in mdBook, excuses nothing that is too wide.
    const write = (name, body, head = "") =>
        writeFileSync(join(site, `${name}.html`), `<!doctype html><html lang="en"><head>${head}<title>${name}</title>
            <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
            <body>${themes.map(chooses).join(" ")}<div tabindex="0" style="overflow-x: auto"><main><h1>${name}</h1>${body}</main></div></body></html>`);
    for (const [name, [body]] of Object.entries(CASES)) write(name, body);
    writeFileSync(join(site, "dot.svg"), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>');
    writeFileSync(join(site, "empty.svg"), "");
    const { failures, failed } = await check(site, { exceptions: EXCEPTIONS, themes, widths: [1280] });

    const wrong = [];
    const expect = (name, expected, said) => {
        const right = expected ? said.length && said.every(line => line.includes(expected)) : !said.length;
        if (!right) wrong.push(`${name}: expected ${expected || "no failure"}; got ${said.join(" | ") || "none"}`);
    };
    for (const [name, [, expected]] of Object.entries(CASES))
        expect(name, expected, failures.filter(failure => failure.startsWith(`${name}.html, `)));
    if (!failures.some(f => f.startsWith("exception image-alt at #gone"))) wrong.push("the exception that excuses nothing was not reported");
    if (failures.some(f => f.includes("#excused"))) wrong.push("the exception that is needed did not excuse, or was reported");
    if (!failed) wrong.push("a site full of faults counts no failed page");

    for (const name of Object.keys(CASES)) rmSync(join(site, `${name}.html`));
    writeFileSync(join(site, "style.css"), "");
    writeFileSync(join(site, "script.js"), "");
    for (const [name, [head, expected]] of Object.entries(MISSING_PAGES)) {
        write("404", "", head);
        const { failures } = await check(site, { base: "/below/", exceptions: [], themes: ["light"], widths: [1280] });
        expect(`a missing page with ${name}`, expected, failures.filter(failure => failure.startsWith("no/such/page.html, ")));
    }
    for (const line of wrong) console.log(line);
    const total = Object.keys(CASES).length + Object.keys(MISSING_PAGES).length + 3;
    console.log(`${total - wrong.length} passed, ${wrong.length} failed`);
    process.exitCode = wrong.length ? 1 : 0;
} finally {
    rmSync(site, { recursive: true });
}
