// The bell: a struck tone of a few partials that fade. A browser makes sound only after somebody has asked for it, so it
// is off until its button is pressed.
const partials = [
  [660, 1, 2.4],
  [1320, 0.5, 1.6],
  [1985, 0.28, 1.1],
  [2640, 0.14, 0.8],
];

export class Bell {
  on = false;
  private audio?: AudioContext;

  async turn(on: boolean): Promise<void> {
    this.on = on;
    if (!on) return;
    this.audio ??= new AudioContext();
    await this.audio.resume();
    this.ring();
  }

  ring(): void {
    const audio = this.audio;
    if (!this.on || !audio) return;
    for (const [pitch, loud, lasts] of partials) {
      const tone = new OscillatorNode(audio, { frequency: pitch });
      const fade = new GainNode(audio, { gain: loud * 0.2 });
      fade.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + lasts);
      tone.connect(fade).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + lasts);
    }
  }
}
