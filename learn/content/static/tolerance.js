// What real packages do that scorm-again, with reason, refuses.

const STATUS = /^cmi\.(core\.lesson_status|completion_status|success_status|objectives\.\d+\.(status|completion_status|success_status))$/;
const LONGEST_LOCATION = 1_000; // SCORM 1.2 says 255; packages made for Moodle write more

// A status in the wrong case ("PASSED") is the status.
export function tidy([element, value, ...rest]) {
  const isStatus = STATUS.test(String(element));
  return [element, isStatus ? String(value).trim().toLowerCase() : value, ...rest];
}

// Lets a SCORM 1.2 package keep a longer location.
export function loosen(api, is12) {
  if (!is12) return;
  const core = api.cmi.core;
  const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(core), "lesson_location");
  Object.defineProperty(core, "lesson_location", {
    configurable: true,
    enumerable: true,
    get: () => own.get.call(core),
    set: (value) => {
      const text = String(value);
      if (text.length > 255 && text.length <= LONGEST_LOCATION) core._lesson_location = text;
      else own.set.call(core, value);
    },
  });
}

// Loads what was kept. scorm-again stops at the first value that it would not take today, so then each is tried by itself.
export function begin(api, initial) {
  try {
    api.loadFromJSON(initial);
  } catch {
    each(api, "cmi", initial.cmi ?? {});
  }
}

function each(api, path, values) {
  for (const [name, value] of Object.entries(values)) {
    const here = `${path}.${name}`;
    if (typeof value === "object" && value !== null) each(api, here, value);
    else {
      try {
        api.setCMIValue(here, value);
      } catch {
        // this one alone is left out
      }
    }
  }
}
