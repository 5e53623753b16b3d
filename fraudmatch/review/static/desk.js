// Keys for what the page offers anyway: n next, p previous, t take it, d to the decision, u to taking it back, ? nothing.
// No key acts by itself: it follows a link or puts the focus on a button. Nothing here is needed to use the desk.
const field = (node) => node.closest("input, select, textarea, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || field(event.target)) return;
  if (event.key === "d") {
    document.getElementById("decide")?.scrollIntoView();
    document.getElementById("flag")?.focus();
    event.preventDefault();
    return;
  }
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (found === null) return;
  event.preventDefault();
  if (found instanceof HTMLAnchorElement) found.click();
  else found.focus();
});

// Sent twice by a double click it would be kept once anyway; this spares the second answer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === "yes") event.preventDefault();
  if (form.method === "post") form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
document.querySelector(".govuk-error-summary, .govuk-notification-banner")?.focus();
