// Compiles the stack file's schema, and says for each document on standard input (one of JSON a line) whether it follows it.
const fs = require("fs");
const Ajv = require("ajv/dist/2020");

const ajv = new Ajv({ strict: true, strictTypes: false, strictTuple: false });
const validate = ajv.compile(JSON.parse(fs.readFileSync(process.argv[2])));
for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(validate(JSON.parse(line))));
}
