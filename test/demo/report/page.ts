import { html, Markup } from './html';
import { KeyNames } from './key-names';
import { rotationSection } from './rotation-section';
import { STYLE } from './style';
import { DemoReport } from '../story';
import { ReportTable, stateTables, verdict } from '../tables';

/** A cell with more characters than that, more than an access key has, may be broken anywhere. */
const MOST_UNBROKEN = 20;

/** The report as one page that needs nothing else: no network, no script. */
export function reportPage(report: DemoReport): string {
  const keys = KeyNames.inOrderOf(report.rotations);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rotations of an Amazon SES SMTP credential</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>Rotations of an Amazon SES SMTP credential</h1>
<p>The bundled function and the Postfix document of <code>cdk-ses-smtp-credential-rotation</code>, run in the local AWS while mail flows.</p>
<p class="verdict ${report.passed ? 'good' : 'bad'}">${verdict(report)}</p>
${legend(keys)}
</header>
<main>
${report.rotations.map(rotation => rotationSection(rotation, keys))}
<section>
<h2>In the end</h2>
<div class="tables">${stateTables(report).map(stateTable)}</div>
</section>
${checks(report)}
</main>
</body>
</html>
`.text;
}

function legend(keys: KeyNames): Markup {
  return html`<ul class="legend" aria-label="Signs in the timelines">
${keys.all.map(id => html`<li><span class="bar ${keys.styleOf(id)}">${keys.nameOf(id)}</span> access key ${id}</li>`)}
<li><span class="dot accepted"></span> accepted by SES</li>
<li><span class="dot refused"></span> refused by SES</li>
<li><span class="run"></span> a server runs the document</li>
<li><span class="run failed"></span> and fails</li>
</ul>`;
}

function stateTable({ title, head, rows }: ReportTable): Markup {
  return html`<table>
<caption>${title}</caption>
<thead><tr>${head.map(cell => cell === '' ? html`<td></td>` : html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell => html`<td class="${cell.length > MOST_UNBROKEN ? 'long' : ''}">${cell}</td>`)}</tr>`)}</tbody>
</table>`;
}

function checks({ checks: all }: DemoReport): Markup {
  return html`<section>
<h2>Checks</h2>
<ul class="checks">${all.map(({ passed, sentence }) => html`<li class="${passed ? 'good' : 'bad'}">${passed ? '✓' : '✗'} ${sentence}</li>`)}</ul>
</section>`;
}
