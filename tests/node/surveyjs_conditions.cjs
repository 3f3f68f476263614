// Says for each case whether SurveyJS shows a question whose visibleIf is the expression.
// In: [{elements, cases: [{expression, answers}]}]. Out: a list of true, false or an error for each group.
const { Model } = require("survey-core");

// Errors of expressions are reported to the console, where only our answer may stand.
console.log = console.warn = console.error = () => {};

function shown({ elements, cases }) {
  const targets = cases.map((one, number) => {
    return { type: "html", name: `the target ${number}`, html: "x", visibleIf: one.expression };
  });
  const model = new Model({ elements: [...elements, ...targets] });
  return cases.map((one, number) => {
    model.data = one.answers;
    return model.getQuestionByName(`the target ${number}`).isVisible;
  });
}

const groups = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(groups.map(shown)) + "\n");
