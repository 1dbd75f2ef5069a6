// The page's half of the explorer: sliders write to the model, picture and sentence are shown as the model has them.
// No number is computed here.

const STYLE = `
.unjuran-explorer { font: 14px/1.4 Helvetica, Arial, sans-serif; color: #1b1b1b; background: #fff; max-width: 660px; padding: 8px }
.unjuran-explorer fieldset { border: 1px solid #c9ced6; border-radius: 4px; margin: 0 0 8px; padding: 4px 10px 8px }
.unjuran-explorer legend { color: #08306b; font-weight: bold; padding: 0 4px }
.unjuran-explorer label { display: grid; grid-template-columns: 16rem 1fr 5rem; gap: 8px; align-items: center; margin: 4px 0 }
.unjuran-explorer output { text-align: right; font-variant-numeric: tabular-nums }
.unjuran-explorer select { font: inherit; color: inherit; background: #fff }
.unjuran-explorer button { font: inherit; color: #08306b; background: #fff; border: 1px solid #8a93a0; border-radius: 4px; padding: 2px 10px }
.unjuran-explorer p { font-size: 16px; font-weight: bold; margin: 8px 0 }
`;

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const percent = (x) => (x > 0 ? "+" : x < 0 ? "\u2212" : "") + Math.round(Math.abs(100 * x)) + "%";
const plain = (x) => x.toLocaleString("en", { maximumSignificantDigits: 6 });

function render({ model, el }) {
  const words = model.get("words");
  const limits = model.get("limits");
  const undo = [];

  const on = (name, follow) => {
    model.on(`change:${name}`, follow);
    undo.push(() => model.off(`change:${name}`, follow));
    follow();
  };

  // A slider with its label and its value; what it says is written once a frame, however fast it is dragged.
  const slider = (name, [low, high, step], shown) => {
    const input = make("input", { type: "range", min: low, max: high, step, name });
    const value = make("output", {});
    let waits = false;
    input.addEventListener("input", () => {
      value.textContent = shown(Number(input.value));
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => {
        waits = false;
        model.set(name, Number(input.value));
        model.save_changes();
      });
    });
    on(name, () => {
      if (Number(input.value) !== model.get(name)) input.value = model.get(name);
      value.textContent = shown(model.get(name));
    });
    return make("label", {}, words[name] ?? "", input, value);
  };

  const years = [limits.years[0], limits.years[limits.years.length - 1], 1];
  const side = make("select", { name: "side" });
  for (const one of ["at_most", "at_least"]) side.append(make("option", { value: one }, words[one]));
  side.addEventListener("change", () => {
    model.set("side", side.value);
    model.save_changes();
  });
  on("side", () => (side.value = model.get("side")));

  const reset = make("button", { type: "button", name: "reset" }, words.reset);
  reset.addEventListener("click", () => {
    model.set("yearly_change", 0);
    model.set("factor", 1);
    model.save_changes();
  });

  const goal = slider("goal", limits.goal, plain);
  goal.firstChild.replaceWith(side);
  const sentence = make("p", { "aria-live": "polite" });
  const picture = make("div", { class: "picture" });
  on("sentence", () => (sentence.textContent = model.get("sentence")));
  on("svg", () => (picture.innerHTML = model.get("svg")));

  const explorer = make(
    "div",
    { class: "unjuran-explorer" },
    make(
      "fieldset",
      {},
      make("legend", {}, words.scenario),
      slider("yearly_change", [...limits.yearly_change, 0.01], percent),
      slider("factor", [...limits.factor, 0.05], (x) => `\u00d7 ${plain(x)}`),
      slider("start", years, String),
      reset,
    ),
    make("fieldset", {}, make("legend", {}, words.target), goal, slider("year", years, String)),
    sentence,
    picture,
  );
  // why: a notebook around the widget takes the arrow keys of a slider for its own.
  explorer.addEventListener("keydown", (event) => event.stopPropagation());
  el.append(make("style", {}, STYLE), explorer);
  return () => undo.forEach((one) => one());
}

export default { render };
