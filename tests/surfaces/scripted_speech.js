// The browser's ear and mouth for tests: `speech.hear(words, final)` speaks into it, `speech.said` is what came out.
globalThis.speech = { said: [], listening: false };
if (navigator.userAgent === "deaf") {
  delete globalThis.SpeechRecognition;
  delete globalThis.webkitSpeechRecognition;
} else {
  globalThis.SpeechRecognition = class {
    start() { speech.listening = true; speech.ear = this; }
    stop() { speech.listening = false; this.onend(); }
  };
}
speech.hear = (transcript, final) => {
  speech.ear.onresult({ results: [[{ transcript }]] });
  if (final) speech.ear.stop();
};
speech.fail = (error) => { speech.ear.onerror({ error }); speech.ear.stop(); };
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => [],
  cancel() {},
  speak(words) { speech.said.push([words.text, words.lang]); setTimeout(() => words.onend?.(), 0); },
} });
