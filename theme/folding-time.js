// The page's few lines of script. Nothing here asks the network, and the book reads without it.

// One switch shows where all computed numbers of the page come from; the style sheet does the showing.
(() => {
    const label = "Show where the numbers come from";
    const key = "folding-time-sources";
    const main = document.querySelector("main");
    if (!main.querySelector("data[value]:not(.cited)")) return;

    const button = document.createElement("button");
    button.id = "numbers-switch";
    button.type = "button";
    button.textContent = label;
    const show = on => {
        button.setAttribute("aria-pressed", on);
        document.documentElement.classList.toggle("show-sources", on);
    };
    button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        show(on);
        try { localStorage.setItem(key, on); } catch { /* storage is forbidden: the next page forgets */ }
    });
    let on = false;
    try { on = localStorage.getItem(key) === "true"; } catch { /* as above */ }
    show(on);
    const heading = main.querySelector("h1");
    if (heading) heading.after(button); else main.prepend(button);
})();

// What mdBook 0.5.4 leaves out for keyboards and screen readers.
(() => {
    document.getElementById("mdbook-menu-bar").setAttribute("role", "banner");

    // The sidebar's toggle is a label that no key reaches.
    const toggle = document.getElementById("mdbook-sidebar-toggle");
    toggle.setAttribute("role", "button");
    toggle.tabIndex = 0;
    toggle.addEventListener("keydown", event => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        toggle.click();
    });

    // Code and tables that scroll are tab stops, those that fit are none.
    const sizes = new ResizeObserver(entries => {
        for (const { target: box } of entries) {
            if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
            else box.removeAttribute("tabindex");
        }
    });
    document.querySelectorAll("main pre > code, main .table-wrapper").forEach(box => sizes.observe(box));

    // Left and right turn mdBook's page, unless they can scroll what has the focus.
    document.querySelector("main").addEventListener("keydown", event => {
        const box = event.target;
        const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
        if (sideways && box.scrollWidth > box.clientWidth) event.stopPropagation();
    });
})();

// Where the arrows lead, and what a search has found.
(() => {
    // The sidebar knows the titles of the pages before and after this one.
    const titles = () => {
        const links = [...document.querySelectorAll("#mdbook-sidebar a[href]")];
        document.querySelectorAll("a.previous, a.next").forEach(arrow => {
            const page = links.find(link => link.href === arrow.href);
            if (!page) return;
            const way = arrow.classList.contains("next") ? "Next" : "Previous";
            const title = `${way}: ${page.textContent.trim()}`;
            arrow.title = title;
            arrow.setAttribute("aria-label", title);
            if (arrow.classList.contains("mobile-nav-chapters")) arrow.dataset.title = page.textContent.trim();
        });
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", titles); else titles();

    // A hit inside of a closed box opens it, whether it is marked by now or only later.
    const main = document.querySelector("main");
    const open = () => main.querySelectorAll("details:not([open]):has(mark)").forEach(box => { box.open = true; });
    new MutationObserver(open).observe(main, { childList: true, subtree: true });
    open();
})();
