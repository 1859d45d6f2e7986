// H5P.FrontlineTest: a question of this project's own making that scores, keeps its state and tells xAPI.
var H5P = H5P || {};

H5P.FrontlineTest = (function () {
  "use strict";

  class FrontlineTest extends H5P.EventDispatcher {
    constructor(params, contentId, extras) {
      super();
      this.params = params;
      this.contentId = contentId;
      this.state = (extras && extras.previousState) || { answers: [] };
    }

    attach($container) {
      const root = $container.get(0);
      root.innerHTML = '<p data-testid="question"></p><p data-testid="answers"></p><div></div><p data-testid="said" role="status"></p>';
      root.querySelector('[data-testid="question"]').textContent = this.params.question;
      this.root = root;
      for (const [label, isRight] of [["Answer right", true], ["Answer wrong", false]]) this.button(label, () => this.answer(isRight));
      this.button("Finish", () => this.finish());
      this.draw();
      this.setActivityStarted();
    }

    setActivityStarted() {
      this.triggerXAPI("attempted");
    }

    button(label, act) {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      made.addEventListener("click", act);
      this.root.querySelector("div").append(made);
    }

    draw() {
      this.root.querySelector('[data-testid="answers"]').textContent = `Right answers: ${this.getScore()} of ${this.state.answers.length}`;
      this.trigger("resize");
    }

    answer(isRight) {
      this.state.answers.push(isRight);
      this.triggerXAPI("interacted");
      this.draw();
    }

    finish() {
      const event = this.createXAPIEventTemplate(this.params.verb || "answered");
      event.setScoredResult(this.getScore(), this.getMaxScore(), this, true, this.getScore() >= this.getMaxScore() / 2);
      event.data.statement.result.response = this.state.answers.map((each) => (each ? "1" : "0")).join("[,]");
      this.trigger(event);
      this.root.querySelector('[data-testid="said"]').textContent = "You have finished";
      this.trigger("resize");
    }

    getCurrentState() { return { answers: this.state.answers }; }
    getAnswerGiven() { return this.state.answers.length > 0; }
    getScore() { return this.state.answers.filter(Boolean).length; }
    getMaxScore() { return Math.max(1, this.params.questions || this.state.answers.length); }
    getTitle() { return this.params.question; }
    resetTask() { this.state = { answers: [] }; this.draw(); }
  }

  return FrontlineTest;
})();
