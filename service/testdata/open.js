// Reads what a centre publishes as other portals do, and prints what their validators find.
const path = require("node:path");
const [modules, base] = process.argv.slice(2);
const load = (name) => require(path.join(modules, name));
const { RpdeValidator } = load("@openactive/rpde-validator");
const FHIR = load("@asymmetrik/fhir-json-schema-validator");

(async () => {
  const log = await RpdeValidator(`${base}/open/places`, { logCallback: () => {}, userAgent: "x", pageLimit: 50 });
  for (const page of log.pages) {
    for (const e of page.errors) {
      // A model of sports; and the walk learns only after it has read a page that it is the last.
      if (e.type === "no_modelling_data" || /all pages except the last.*max-age=8"/.test(e.message)) continue;
      console.log(`rpde ${e.severity} ${e.type} ${e.path}: ${e.message}`);
    }
  }
  console.log(`pages ${log.pages.length}`);
  const manifest = await (await fetch(`${base}/open/$bulk-publish`)).json();
  const fhir = new FHIR();
  const told = {};
  for (const output of manifest.output) {
    const seen = new Set();
    for (const line of (await (await fetch(output.url)).text()).split("\n").filter(Boolean)) {
      const resource = JSON.parse(line);
      if (seen.has(resource.id)) console.log(`fhir ${output.url}: ${resource.id} twice`);
      seen.add(resource.id);
      told[output.type] = (told[output.type] ?? 0) + 1;
      if (told[output.type] <= 200) {
        for (const e of fhir.validate(resource)) console.log(`fhir ${output.type}: ${JSON.stringify(e)}`);
      }
    }
  }
  for (const type of Object.keys(told).sort()) console.log(`${type} ${told[type]}`);
})();
