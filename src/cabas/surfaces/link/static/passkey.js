// Passkeys: asks the browser for one and sends its answer by the form. Without the browser's help the form stays hidden.
const ready = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON && globalThis.PublicKeyCredential.prototype.toJSON;
const parse = {
  get: (json) => PublicKeyCredential.parseRequestOptionsFromJSON(json),
  create: (json) => PublicKeyCredential.parseCreationOptionsFromJSON(json),
};

async function answer(form) {
  const kind = form.dataset.passkey;
  const asked = await fetch(`${form.getAttribute("action")}/options`, { method: "POST" });
  if (!asked.ok) throw new Error(`${asked.status}`);
  const publicKey = parse[kind](await asked.json());
  return navigator.credentials[kind]({ publicKey });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!ready) continue;
  form.hidden = false;
  const status = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = "";
    form.setAttribute("aria-busy", "true");
    try {
      form.elements.credential.value = JSON.stringify(await answer(form));
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      status.textContent = status.dataset.said;
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}
