"use strict";
// Fills the boxes of the page with what the agent sends. All text goes in as text, never as HTML;
// the words themselves are the agent's, so that nothing is judged here.
(() => {
  const SILENCE = 8000;
  const live = document.getElementById("live");
  const host = document.querySelector("h1").textContent;
  let stream = null;
  let heard = 0;

  const say = (text, stale) => {
    if (live.textContent !== text) {
      live.textContent = text; // read out when it changes, so only then
    }
    document.body.classList.toggle("stale", stale);
  };

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) {
      made.className = className;
    }
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  };

  const fact = ([name, value, level]) => {
    const made = element("div");
    made.append(element("dt", "", name), element("dd", level, value));
    return made;
  };

  const cell = ([text, level], column) => {
    const made = element("td", column.className);
    made.setAttribute("role", "cell");
    made.dataset.column = column.textContent;
    made.append(element("bdi", level, text));
    return made;
  };

  const row = (cells, columns) => {
    const made = element("tr");
    made.setAttribute("role", "row");
    made.append(...cells.map((each, at) => cell(each, columns[at])));
    return made;
  };

  const show = (box) => {
    const place = document.getElementById(box.id);
    const state = place.querySelector(".state");
    state.className = "state " + box.level;
    state.textContent = box.word;
    const facts = place.querySelector("dl");
    facts.replaceChildren(...box.facts.map(fact));
    facts.hidden = box.facts.length === 0;
    const table = place.querySelector("table");
    if (table) {
      const columns = [...table.querySelectorAll("th")];
      table.tBodies[0].replaceChildren(...box.rows.map((each) => row(each, columns)));
      table.hidden = box.rows.length === 0;
      place.querySelector(".nothing").hidden = box.rows.length > 0;
    }
    if (box.id === "top") {
      document.title = host + ": " + box.word;
    }
  };

  const connect = () => {
    heard = Date.now();
    stream = new EventSource("status/stream");
    stream.addEventListener("box", (message) => {
      heard = Date.now();
      show(JSON.parse(message.data));
      say("live", false);
    });
    stream.addEventListener("error", () => say("not live: no answer, trying again", true));
  };

  // A browser gives up on a refusal, and waits for ever on a connection that died in silence.
  setInterval(() => {
    if (Date.now() - heard > SILENCE) {
      say("not live: no answer, trying again", true);
      stream.close();
      connect();
    }
  }, 2000);
  connect();
})();
