// The page as it lives: forms and links are fetched as fragments, regions are swapped, focus stays where it was.
// Without this file every form and link still works, as a page of its own.
import { Ear, Mouth, Recorder } from "./voice.js";

const $ = (id) => document.getElementById(id);
const phrases = $("phrases").dataset;
const say = $("say"), text = $("text"), mic = $("mic"), sound = $("sound"), hearing = $("hearing"), scroll = $("scroll");
const phone = matchMedia("(width < 56rem)");
const lang = document.documentElement.lang;

// --- Turns, one after the other: a second touch waits for the first one's answer.
let queue = Promise.resolve();
let waiting = 0;
const wished = new Map(); // line id -> the quantity asked for and not yet answered

function turn(request) {
  waiting += 1;
  document.body.setAttribute("aria-busy", "true");
  queue = queue.then(request).catch((problem) => { console.info(problem); alarm(phrases.offline); }).finally(() => {
    waiting -= 1;
    if (waiting) return;
    document.body.removeAttribute("aria-busy");
    wished.clear();
  });
  return queue;
}

async function fragment(address, body, regions = ["after", "cart", "bar"]) {
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers: { "Cabas-Fragment": "1" } });
  if (!(answer.headers.get("content-type") ?? "").startsWith("text/html")) throw new Error(`${address}: ${answer.status}`);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const refusal = found.getElementById("refusal");
  if (refusal) { alarm(refusal.textContent.trim()); return false; }
  swap(found, found.querySelector("#after .alert") ? ["after", "cart", "bar"] : regions);
  return true;
}

function touched() {
  return document.querySelector(".lines--touched")?.dataset.lines ?? "";
}

function showWishes() {
  for (const [line, value] of wished) {
    document.querySelectorAll(`[data-line="${CSS.escape(line)}"] .stepper__number`).forEach((field) => { field.value = value; });
  }
}

// --- Swapping what came in.
function swap(found, regions) {
  const focus = document.activeElement, key = focus?.dataset?.key, chosen = focus?.id;
  const inCart = $("cart").contains(focus), inAfter = $("after").contains(focus);
  converse(found.getElementById("log"));
  for (const id of regions) refill($(id), found.getElementById(id));
  showWishes();
  if (regions.includes("after")) toNewest();
  // The log says it, unless the cart lies over it.
  if (phone.matches && location.hash === "#cart") toast(found.getElementById("status")?.dataset.text ?? "");
  const land = document.querySelector("[data-land]:not([data-landed])");
  if (land) { land.dataset.landed = ""; arrive(land); }
  else if (!document.contains(focus)) {
    const again = (key && document.querySelector(`[data-key="${CSS.escape(key)}"]`)) || (chosen && $(chosen));
    (again || (inCart ? $("cart-title") : inAfter ? text : null))?.focus({ preventScroll: true });
  }
}

// Something to decide or to keep came in: the eye and the reader go there, and the whole of it is in sight.
function arrive(heading) {
  const inCart = heading.closest("#cart");
  if (!inCart) { closeCart(heading); scroll.scrollTop = 0; }
  heading.focus({ preventScroll: !inCart });
}

function refill(old, fresh) {
  const goods = old.querySelector(".cart__goods")?.scrollTop, days = old.querySelector(".days")?.scrollLeft;
  for (const { name, value } of [...fresh.attributes]) old.setAttribute(name, value);
  if (!fresh.hidden) old.removeAttribute("hidden");
  old.replaceChildren(...fresh.childNodes);
  if (goods) old.querySelector(".cart__goods").scrollTop = goods;
  showFresh(old.querySelector(".cart__goods"));
  if (days && old.querySelector(".days")) old.querySelector(".days").scrollLeft = days;
}

// What just came into the cart is in sight, with the name of its dish.
function showFresh(goods) {
  const fresh = goods?.querySelector(".line--fresh");
  if (!fresh) return;
  const first = fresh.matches(":first-child") && fresh.closest(".group").querySelector(".group__title") || fresh;
  const box = goods.getBoundingClientRect();
  if (fresh.getBoundingClientRect().bottom > box.bottom || first.getBoundingClientRect().top < box.top) {
    goods.scrollTop += first.getBoundingClientRect().top - box.top;
  }
}

// The log only ever grows, so that a screen reader says what is new and nothing twice.
function converse(fresh) {
  const log = $("log"), words = (node) => node.textContent.replace(/\s+/g, " ").trim();
  log.querySelectorAll(".turn--wait").forEach((node) => node.remove());
  const note = log.querySelector(".turn--note"), fresher = fresh.querySelector(".turn--note");
  if (note && (!fresher || words(note) !== words(fresher))) note.remove();
  const old = [...log.querySelectorAll(".turn")].map(words), turns = [...fresh.querySelectorAll(".turn")];
  const said = turns.map(words);
  let start = Math.max(0, old.length - said.length);
  while (start < old.length && !old.slice(start).every((line, index) => line === said[index])) start += 1;
  const kept = old.length - start;
  if (log.dataset.conversation !== fresh.dataset.conversation || (old.length && !kept && said.length)) {
    refill(log, fresh);
  } else {
    log.append(...turns.slice(kept));
  }
}

// To the end (zero: the column is reversed), but never past the beginning of what was just said.
function toNewest() {
  scroll.scrollTop = 0;
  const mine = [...document.querySelectorAll(".turn--you")].at(-1);
  if (mine && mine.getBoundingClientRect().top < scroll.getBoundingClientRect().top) mine.scrollIntoView({ block: "start" });
}

function bubble(who, content) {
  const node = document.createElement("div"), line = document.createElement("p");
  node.className = `turn turn--${who}`;
  line.className = "turn__text";
  line.append(...content);
  node.append(line);
  $("log").append(node);
  scroll.scrollTop = 0;
}

function saidByMe(words) {
  const label = document.createElement("span");
  label.className = "sr-only";
  label.textContent = `${phrases.you} : `;
  bubble("you", [label, words]);
  bubble("us turn--wait", [1, 2, 3].map(() => document.createElement("i")));
  $("after").replaceChildren();
}

let fading;
function toast(words) {
  const node = $("status");
  clearTimeout(fading);
  node.textContent = words;
  if (words) fading = setTimeout(() => { node.textContent = ""; }, 6000);
}

function alarm(words) {
  document.querySelectorAll(".turn--wait").forEach((node) => node.remove());
  const box = document.createElement("div");
  box.className = "alert";
  box.setAttribute("role", "alert");
  box.textContent = words;
  document.querySelectorAll("#after > .alert").forEach((node) => node.remove());
  $("after").prepend(box);
  if (phone.matches && location.hash === "#cart") toast(words);
}

// --- Forms and links.
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (form.method !== "post" || "plain" in form.dataset) return;
  event.preventDefault();
  const address = form.getAttribute("action"); // not form.action: a field may be called that
  if (address === "/chat/say") {
    const spoken = form === say ? text.value : button.value;
    if (form === say) { text.value = ""; }
    speakUp(spoken, form === say ? say.elements.channel.value : "web");
    return;
  }
  const body = new URLSearchParams(new FormData(form, button));
  body.set("touched", touched());
  const number = form.querySelector(".stepper__number"), line = body.get("line");
  if (number) {
    // Quick taps add up: the number shown moves at once, and only the last one of a line that waits is sent.
    const value = String(Math.max(0, Number(number.value) + Number(body.get("step") ?? 0)));
    wished.set(line, value);
    showWishes();
    body.set("value", value);
    body.delete("step");
  }
  turn(() => number && wished.get(line) !== body.get("value") ? null
    : fragment(address, body).then((done) => done && reply(false)));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-fetch]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const address = new URL(link.href);
  address.searchParams.set("touched", touched());
  if (phone.matches && location.hash !== "#cart" && link.closest("#after")) location.hash = "#cart";
  turn(() => fragment(address.pathname + address.search, null, ["cart"]));
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".stepper__number") && event.target.reportValidity()) event.target.form.requestSubmit();
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (text.value.trim()) say.requestSubmit();
});

function speakUp(words, channel) {
  words = words.replace(/\s+/g, " ").trim();
  if (!words) return;
  mouth.hush();
  saidByMe(words);
  const body = new URLSearchParams({ text: words, channel });
  turn(() => fragment("/chat/say", body).then((done) => done && reply(channel === "voice")));
  say.elements.channel.value = "web";
}

// --- The voice.
const mouth = new Mouth(lang);
const page = {
  hears(words) { text.value = words; },
  listening(on) {
    mic.setAttribute("aria-pressed", String(on));
    mic.setAttribute("aria-label", on ? mic.dataset.stop : mic.dataset.speak);
    hearing.textContent = on ? phrases.listening : "";
  },
  understood(words) { text.value = ""; speakUp(words, "voice"); },
  failed(reason) { text.value = ""; alarm(phrases[reason] ?? phrases.broken); },
  waiting(on) { hearing.textContent = on ? phrases.thinking : ""; },
};
const ear = Ear.make(lang, page) ?? Recorder.make(phrases.hear, page);

function reply(spoken) {
  const { speech, asked } = $("after").dataset;
  if (!speech) return;
  mouth.speak(speech, () => { if (spoken && asked === "yes" && ear?.hearsTheEnd) ear.start(); });
}

if (ear) {
  mic.hidden = false;
  say.classList.add("say--voice");
  mic.addEventListener("click", () => {
    mouth.hush();
    if (mouth.undecided) setSound(true); // who speaks is answered aloud, unless they said no
    ear.toggle();
  });
}

function setSound(on) {
  mouth.on = on;
  showSound();
}

function showSound() {
  const { on } = mouth;
  sound.setAttribute("aria-pressed", String(on));
  sound.setAttribute("aria-label", on ? phrases.soundOff : phrases.soundOn);
  sound.title = on ? phrases.soundOff : phrases.soundOn;
}

if (mouth.able) {
  sound.hidden = false;
  showSound();
  sound.addEventListener("click", () => setSound(!mouth.on));
}

// --- The cart as a sheet on a phone.
let opener = null;

function closeCart(land) {
  if (!phone.matches || location.hash !== "#cart") return;
  opener = land ?? opener;
  location.hash = "#talk";
}

function sheet() {
  const open = phone.matches && location.hash === "#cart";
  document.querySelector(".top").inert = $("talk").inert = open;
  if (open) { opener = document.activeElement; $("cart-title").focus(); }
  else if (opener) { (document.contains(opener) && opener !== document.body ? opener : $("bar")).focus?.({ preventScroll: true }); opener = null; }
}

addEventListener("hashchange", sheet);
phone.addEventListener("change", sheet);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (ear?.on) ear.stop();
  else if ($("settings").open) { $("settings").open = false; $("settings").querySelector("summary").focus(); }
  else closeCart();
});
document.addEventListener("click", (event) => {
  if (!$("settings").contains(event.target)) $("settings").open = false;
});
if (location.hash === "#cart") sheet();
