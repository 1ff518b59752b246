/// The style and the script of all pages: nothing is loaded from elsewhere.
enum Assets {
    static let style = """
        :root { color-scheme: light dark; --ink: #1a1f24; --paper: #fff; --faint: #56616b; --line: #cfd6dc;
          --alarm: #b3261e; --warn: #7a4f00; --calm: #2c5477; --raised: #f3f6f8; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8eb; --paper: #14181b; --faint: #a5b0b9;
          --line: #39434b; --alarm: #ff8a80; --warn: #ffc46b; --calm: #9cc3e6; --raised: #1d2328; } }
        * { box-sizing: border-box; }
        body { margin: 0; color: var(--ink); background: var(--paper); font: 15px/1.45 system-ui, sans-serif;
          overflow-wrap: anywhere; }
        header { border-bottom: 1px solid var(--line); padding: .5rem 1rem; }
        nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; align-items: baseline; }
        nav a[aria-current] { font-weight: 600; text-decoration: none; border-bottom: 3px solid var(--calm); }
        main { max-width: 90rem; margin: 0 auto; padding: 0 1rem 2rem; }
        main:focus { outline: none; }
        footer { border-top: 1px solid var(--line); color: var(--faint); padding: .6rem 1rem; font-size: .85rem; }
        .skip { position: absolute; left: -99rem; }
        .skip:focus { left: .5rem; top: .5rem; background: var(--paper); padding: .4rem; }
        a { color: var(--calm); }
        a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, [tabindex]:focus-visible
          { outline: 3px solid var(--calm); outline-offset: 1px; }
        h1 { font-size: 1.5rem; }
        h2 { font-size: 1.15rem; }
        .hint, small { color: var(--faint); }
        .warning { border-left: 4px solid var(--warn); padding-left: .6rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); gap: 0 2rem; }
        .tiles section { min-width: 0; }
        .table { overflow-x: auto; margin: .6rem 0 1.2rem; }
        table { border-collapse: collapse; width: 100%; font-size: .88rem; }
        caption { text-align: left; font-weight: 600; padding: .2rem 0; }
        th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem .25rem 0; text-align: left;
          vertical-align: top; overflow-wrap: break-word; min-width: 3.5rem; }
        td.long { overflow-wrap: anywhere; min-width: 10rem; }
        th { color: var(--faint); font-weight: 600; white-space: nowrap; }
        meter { width: 6rem; }
        dl { display: grid; grid-template-columns: fit-content(24rem) minmax(0, 1fr); gap: .15rem 1rem; font-size: .88rem; }
        dt { color: var(--faint); min-width: 0; }
        dd { margin: 0; min-width: 0; }
        .lead { border: 1px solid currentColor; border-radius: .6rem; padding: 0 .5rem; display: inline-block;
          max-width: 100%; font-size: .88rem; font-weight: 500; }
        .lead.high { color: var(--alarm); } .lead.medium { color: var(--warn); } .lead.low { color: var(--calm); }
        .lead small { color: inherit; }
        article { border: 1px solid var(--line); border-radius: .4rem; background: var(--raised); margin: 1rem 0;
          padding: 0 1rem .8rem; }
        .decision { border-left: 4px solid var(--calm); padding-left: .6rem; }
        form.decide, form.search { display: flex; flex-wrap: wrap; gap: .5rem .8rem; align-items: end; }
        label { display: flex; flex-direction: column; color: var(--faint); font-size: .85rem; max-width: 100%; }
        input, select, button { font: inherit; color: var(--ink); background: var(--paper); max-width: 100%;
          border: 1px solid var(--faint); border-radius: .3rem; padding: .3rem .5rem; }
        button { cursor: pointer; }
        summary { cursor: pointer; }
        pre { overflow-x: auto; white-space: pre-wrap; font-size: .88rem; }
        p, li, pre { min-width: 0; }
        kbd, code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
        @media (max-width: 40rem) {
          table { width: max-content; min-width: 100%; } td { max-width: 16rem; }
          dl { display: block; } dd { margin: 0 0 .4rem 1rem; }
          label, form.decide input, form.search input { width: 100%; }
        }

        """

    static let script = """
        "use strict";
        (() => {
          const articles = [...document.querySelectorAll("article.triage")];
          if (!articles.length) return;
          const verdicts = { m: "monitor", b: "block", e: "escalate", d: "dismiss" };
          let at = -1;
          document.addEventListener("focusin", event => {
            const found = articles.indexOf(event.target.closest("article.triage"));
            if (found >= 0) at = found;
          });
          document.addEventListener("keydown", event => {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            if (event.key === "Escape" && at >= 0) return articles[at].focus();
            if (event.target.closest("input, select, textarea")) return;
            if (event.key === "j" || event.key === "k") {
              at = Math.min(articles.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
              articles[at].focus();
              event.preventDefault();
            } else if (verdicts[event.key] && at >= 0) {
              const form = articles[at].querySelector("form");
              const because = form.querySelector("[name=because]");
              // A decision wants a reason: without one the field is where to go.
              if (because.value.trim() === "") because.focus();
              else form.requestSubmit(form.querySelector(`button[value=${verdicts[event.key]}]`));
              event.preventDefault();
            }
          });
        })();

        """
}
