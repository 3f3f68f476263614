// Says what SurveyJS makes of whole definitions, and of people who answer them step by step.
// In: [{definition, locale, people: [[[name, value, comment]]]}]; a step to a question that does not
// show is passed over. Out for each: {errors: [unknown property or type], titles: {name: title},
// visible: [[name]], completed: [data or null]}.
const { Model } = require("survey-core");

// Errors of expressions are reported to the console, where only our answer may stand.
console.log = console.warn = console.error = () => {};

function judged({ definition, locale, people }) {
  const made = () => {
    const model = new Model(definition);
    if (locale) model.locale = locale;
    return model;
  };
  const first = made();
  const errors = (first.jsonErrors || []).map((one) => `${one.type} ${one.propertyName || ""}`.trim());
  const titles = {};
  for (const one of first.getAllQuestions()) titles[one.name] = one.processedTitle;
  const visible = [];
  const completed = [];
  for (const steps of people) {
    const model = made();
    const isShown = (one) => one.isVisible && one.page.isVisible;
    for (const [name, value, comment] of steps) {
      if (!isShown(model.getQuestionByName(name))) continue;
      model.setValue(name, value);
      model.setComment(name, comment);
    }
    visible.push(model.getAllQuestions().filter(isShown).map((one) => one.name));
    let kept = null;
    model.onComplete.add((sender) => { kept = JSON.parse(JSON.stringify(sender.data)); });
    if (model.validate(false)) model.doComplete();
    completed.push(kept);
  }
  return { errors, titles, visible, completed };
}

const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ascii = (sign) => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0");
process.stdout.write(JSON.stringify(cases.map(judged)).replace(/[^ -~]/g, ascii) + "\n");
