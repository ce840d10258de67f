// usage: AJV_HOME=FOLDER node record.mjs SCHEMA FILE...   validates records against stance/1
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const load = createRequire(path.join(process.env.AJV_HOME, 'x.js'));
const ajv = new (load('ajv/dist/2020.js').default)({ strict: false, allErrors: true });
load('ajv-formats').default(ajv);
const [schema, ...files] = process.argv.slice(2);
const check = ajv.compile(JSON.parse(fs.readFileSync(schema)));
let bad = 0;
for (const file of files) {
  if (check(JSON.parse(fs.readFileSync(file)))) continue;
  bad++;
  console.log('FAIL', file);
  for (const e of check.errors.slice(0, 20)) {
    console.log('  ', e.instancePath || '/', e.message, JSON.stringify(e.params).slice(0, 160));
  }
}
process.exit(bad ? 1 : 0);
