"use strict";
(() => {
  const radios = document.querySelectorAll("[name=language]");
  const show = (language) => {
    document.documentElement.lang = language;
    for (const radio of radios) radio.checked = radio.value === language;
  };
  let kept = null;
  // A page opened from a file or in a private window may have no memory.
  try { kept = localStorage.getItem("language"); } catch { }
  show(kept === "zh" || kept === "en" ? kept : navigator.language.startsWith("zh") ? "zh" : "en");
  for (const radio of radios) {
    radio.addEventListener("change", () => {
      show(radio.value);
      try { localStorage.setItem("language", radio.value); } catch { }
    });
  }
})();
