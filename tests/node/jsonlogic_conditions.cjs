// Says for each case what json-logic-js makes of the rule. In: [{rule, answers}]. Out: [true, false].
const logic = require("json-logic-js");

const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = cases.map((one) => logic.truthy(logic.apply(one.rule, one.answers)));
process.stdout.write(JSON.stringify(found) + "\n");
