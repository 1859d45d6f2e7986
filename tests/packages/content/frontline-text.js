// H5P.FrontlineText: a text of this project's own making that gives no score and tells no more than that it was met.
var H5P = H5P || {};

H5P.FrontlineText = (function () {
  "use strict";

  class FrontlineText extends H5P.EventDispatcher {
    constructor(params) {
      super();
      this.params = params;
    }

    attach($container) {
      const text = Object.assign(document.createElement("p"), { textContent: this.params.text });
      text.dataset.testid = "text";
      $container.get(0).append(text);
      const verb = { id: "http://activitystrea.ms/schema/1.0/consume", display: { "en-US": "consumed" } };
      this.trigger(this.createXAPIEventTemplate(verb, { result: { completion: true } }));
      this.trigger("resize");
    }
  }

  return FrontlineText;
})();
