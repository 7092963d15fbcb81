// The microphone and the loudspeaker, on the browser's audio thread.

// Gives the microphone away in pieces of 10 ms, 16-bit.
class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(Math.round(sampleRate / 100));
    this.filled = 0;
  }

  process([input]) {
    for (const sample of input[0] ?? []) {
      this.piece[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.filled === this.piece.length) {
        this.port.postMessage(this.piece.slice().buffer);
        this.filled = 0;
      }
    }
    return true;
  }
}

// Plays what comes. It waits until this much is there, so that a late piece leaves no hole.
const AHEAD_S = 0.06;
// Behind a hole it waits again; without one it goes on as long as anything is there.
const FADE_S = 0.01;

class Loudspeaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];
    this.offset = 0;
    this.waiting = 0;
    this.playing = false;
    this.fade = 0;
    // What comes behind a flush is the end of what was cut off, until it is silent.
    this.dropping = false;
    this.told = 0;
    this.port.onmessage = ({ data }) => {
      if (data === "flush") {
        // Fades out what is there, so that nothing clicks.
        this.fade = Math.round(sampleRate * FADE_S);
        this.dropping = true;
      } else {
        const samples = new Int16Array(data);
        this.dropping &&= samples.some((sample) => sample !== 0);
        if (this.dropping) return;
        this.queue.push(samples);
        this.waiting += samples.length;
      }
    };
  }

  next() {
    const piece = this.queue[0];
    const sample = piece[this.offset++] / 32768;
    this.waiting -= 1;
    if (this.offset === piece.length) {
      this.queue.shift();
      this.offset = 0;
    }
    return sample;
  }

  process(_, [output]) {
    const left = output[0];
    for (let n = 0; n < left.length; n++) {
      if (!this.playing && this.waiting >= sampleRate * AHEAD_S) this.playing = true;
      if (this.playing && this.waiting === 0) this.playing = false;
      let sample = this.playing ? this.next() : 0;
      if (this.fade > 0) {
        sample *= this.fade / (sampleRate * FADE_S);
        this.fade -= 1;
        if (this.fade === 0) {
          this.queue = [];
          this.offset = this.waiting = 0;
          this.playing = false;
        }
      }
      left[n] = sample;
    }
    for (const channel of output.slice(1)) channel.set(left);
    this.told += left.length;
    if (this.told >= sampleRate / 10) {
      this.told = 0;
      // A piece that waits to be begun with waits as long as one in the middle.
      const waiting = this.playing ? this.waiting / sampleRate : AHEAD_S;
      this.port.postMessage(waiting * 1000);
    }
    return true;
  }
}

registerProcessor("microphone", Microphone);
registerProcessor("loudspeaker", Loudspeaker);
