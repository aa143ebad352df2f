/** The look of the report, in light and dark, on desktops and phones. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --text: #1f2328; --muted: #59636e; --page: #ffffff; --line: #d1d9e0; --track: #f0f3f6;
  --good: #116329; --bad: #b31d28; --bad-page: #ffebe9; --step: #6e7781; --on-color: #ffffff;
  --key-a: #1f5fbf; --key-b: #8a4b00; --key-c: #6b3fa0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3; --muted: #9aa4af; --page: #0d1117; --line: #30363d; --track: #1b222b;
    --good: #56d364; --bad: #ff8f88; --bad-page: #3b1a1d; --step: #8b949e; --on-color: #0d1117;
    --key-a: #79b0ff; --key-b: #f0b35a; --key-c: #c3a6ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 68rem; background: var(--page); color: var(--text); font: 0.95rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 0.8rem; font-weight: 600; color: var(--muted); margin: 0.8rem 0 0.2rem; }
p { margin: 0.25rem 0 0.5rem; overflow-wrap: anywhere; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.verdict { font-weight: 600; }
.badge { font-size: 0.8rem; border: 1px solid currentColor; border-radius: 1rem; padding: 0.1rem 0.6rem; vertical-align: middle; }
.error { border-left: 4px solid var(--bad); background: var(--bad-page); padding: 0.5rem 0.75rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0; margin: 0.75rem 0 0; font-size: 0.85rem; }
.legend li { display: flex; align-items: center; gap: 0.4rem; }
.legend span { position: static; }
.legend .bar { width: 1.6rem; }
.legend .run { width: 1.6rem; height: 1.1rem; }
.legend .dot { transform: none; }
.lane { display: grid; grid-template-columns: 11.5rem 1fr; align-items: center; margin: 2px 0; }
.name { font-size: 0.8rem; font-variant-numeric: tabular-nums; }
.track {
  position: relative; height: 1.5rem; background-color: var(--track); border-radius: 3px; overflow: hidden;
  background-image: repeating-linear-gradient(to right, var(--line) 0 1px, transparent 1px var(--tick));
}
.track > span { position: absolute; }
.bar { height: 1.1rem; top: 0.2rem; min-width: 3px; border-radius: 3px; color: var(--on-color); font-size: 0.75rem; line-height: 1.1rem; font-weight: 600;
  text-align: center; overflow: hidden; }
.bar.step { background: var(--step); }
.bar.step.failed { background: var(--bad); }
.key-a { background: var(--key-a); }
.key-b { background: var(--key-b); }
.key-c { background: var(--key-c); }
.run { height: 1.5rem; top: 0; min-width: 3px; border: 2px solid var(--text); border-radius: 3px; }
.run.failed { border-color: var(--bad); background: repeating-linear-gradient(45deg, var(--bad) 0 3px, transparent 3px 8px); }
.dot { display: inline-block; width: 0.6rem; height: 0.6rem; top: 0.45rem; border-radius: 50%; transform: translateX(-50%); }
.dot.accepted { background: var(--good); border: 1px solid var(--page); }
.dot.refused { border: 2px solid var(--bad); background: var(--page); border-radius: 0; transform: translateX(-50%) rotate(45deg); }
.legend .dot.refused { transform: rotate(45deg); }
.server .track { height: 2.1rem; }
.dot.mail { width: 0.45rem; height: 0.45rem; top: 1.55rem; }
.axis .track { background: none; height: 1.2rem; overflow: visible; }
.tick { font-size: 0.7rem; color: var(--muted); transform: translateX(-50%); white-space: nowrap; }
.tick:first-child { transform: none; }
details { margin-top: 0.75rem; }
summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; margin: 0.5rem 0; }
caption { text-align: left; font-weight: 600; padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.75rem 0.2rem 0; border-bottom: 1px solid var(--line); }
.long, .events td:last-child { overflow-wrap: anywhere; }
.events td:first-child { font-variant-numeric: tabular-nums; }
.events .mail td { color: var(--muted); }
.events .mail.bad td { color: var(--bad); }
.checks { list-style: none; padding: 0; }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  .lane { grid-template-columns: 1fr; }
  table { font-size: 0.72rem; }
  th, td { padding-right: 0.4rem; }
}
`;
