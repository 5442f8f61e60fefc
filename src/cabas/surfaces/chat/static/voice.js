// The browser's own ear (Web Speech API) and mouth (speech synthesis), and a recorder where the shop hears itself. The page
// works without any.

export class Ear {
  // An ear for `lang`, or null where the browser has none. `on` tells the page what happens.
  static make(lang, on) {
    const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
    return Recognition ? new Ear(new Recognition(), lang, on) : null;
  }

  constructor(recognition, lang, page) {
    this.on = false;
    this.hearsTheEnd = true; // nobody has to say when a sentence is over
    this.page = page;
    this.recognition = recognition;
    this.words = "";
    recognition.lang = lang;
    recognition.interimResults = true;
    recognition.continuous = false;
    recognition.onresult = (event) => {
      this.words = [...event.results].map((result) => result[0].transcript).join(" ");
      page.hears(this.words);
    };
    recognition.onerror = (event) => {
      this.words = "";
      if (event.error === "aborted") return;
      const reasons = { "not-allowed": "denied", "service-not-allowed": "denied", "audio-capture": "denied", "no-speech": "silence" };
      this.failure = reasons[event.error] ?? "broken";
    };
    recognition.onend = () => {
      this.#set(false);
      const { words, failure } = this;
      this.words = this.failure = "";
      if (failure) page.failed(failure);
      else if (words.trim()) page.understood(words);
    };
  }

  start() {
    if (this.on) return;
    this.words = this.failure = "";
    try { this.recognition.start(); this.#set(true); } catch { this.page.failed("broken"); }
  }

  stop() { this.recognition.stop(); }

  toggle() { this.on ? this.stop() : this.start(); }

  #set(on) { this.on = on; this.page.listening(on); }
}

const SECONDS = 25, BITS = 32000;

// For browsers without an ear: what is said is recorded until the next touch, and sent to the shop, which hears it.
export class Recorder {
  static make(address, page) {
    const able = address && globalThis.MediaRecorder && navigator.mediaDevices?.getUserMedia;
    return able ? new Recorder(address, page) : null;
  }

  constructor(address, page) {
    this.on = this.busy = false;
    this.address = address;
    this.page = page;
  }

  async start() {
    if (this.on || this.busy) return;
    this.busy = true;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      this.recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS });
    } catch (problem) {
      stream?.getTracks().forEach((track) => track.stop());
      this.busy = false;
      this.page.failed(problem.name === "NotAllowedError" || problem.name === "NotFoundError" ? "denied" : "broken");
      return;
    }
    const pieces = [];
    this.recorder.ondataavailable = (event) => pieces.push(event.data);
    this.recorder.onstop = () => {
      clearTimeout(this.ending);
      stream.getTracks().forEach((track) => track.stop());
      this.#set(false);
      this.#send(new Blob(pieces, { type: this.recorder.mimeType || "audio/webm" }));
    };
    this.recorder.start();
    this.ending = setTimeout(() => this.stop(), SECONDS * 1000);
    this.#set(true);
  }

  stop() { if (this.on) this.recorder.stop(); }

  toggle() { this.on ? this.stop() : this.start(); }

  async #send(sound) {
    this.page.waiting(true);
    let told = { error: "broken" };
    try {
      const answer = await fetch(this.address, { method: "POST", body: sound, headers: { "Content-Type": sound.type } });
      told = await answer.json();
    } catch (problem) { console.info(problem); }
    this.busy = false;
    this.page.waiting(false);
    if (told.error) this.page.failed(told.error);
    else if (told.text.trim()) this.page.understood(told.text);
    else this.page.failed("silence");
  }

  #set(on) { this.on = on; this.page.listening(on); }
}

const KEY = "cabas.sound";

export class Mouth {
  constructor(lang) {
    this.lang = lang;
    this.able = "speechSynthesis" in globalThis;
    this.choice = this.able ? read() : "off";
  }

  // Nobody asked for a voice yet, nor refused one.
  get undecided() { return this.choice === null; }

  get on() { return this.choice === "on"; }

  set on(yes) {
    this.choice = yes ? "on" : "off";
    try { localStorage.setItem(KEY, this.choice); } catch { /* private browsing: remembered for this page only */ }
    if (!yes) this.hush();
  }

  speak(words, then) {
    if (!this.on || !this.able) { then(); return; }
    this.hush();
    const speech = new SpeechSynthesisUtterance(words);
    speech.lang = this.lang;
    const mine = speechSynthesis.getVoices().filter((voice) => voice.lang.replace("_", "-").startsWith(this.lang.slice(0, 2)));
    speech.voice = mine.find((voice) => voice.lang.replace("_", "-") === this.lang) ?? mine[0] ?? null;
    speech.onend = then;
    speechSynthesis.speak(speech);
  }

  hush() { if (this.able) speechSynthesis.cancel(); }
}

// The choice of an earlier visit counts only after a gesture: browsers keep silent before one, and so do we.
function read() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}
