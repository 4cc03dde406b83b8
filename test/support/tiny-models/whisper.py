"""Writes a tiny Whisper model in whisper.cpp's own format: whisper.py FILE.

It hears ANSWER in everything: the last layer of its decoder maps each token of the answer to the next one. All other layers are
random and small, so they are computed but change nothing.
"""

import struct
import sys
from typing import BinaryIO

import numpy as np

ANSWER = [b" This", b" is", b" a", b" tiny", b" model", b" for", b" tests."]
SEED = 1
STATE, HEADS, LAYERS, MELS = 64, 1, 4, 80
AUDIO_CONTEXT, TEXT_CONTEXT, FFT = 1500, 448, 201
# As in every multilingual model before large-v3: whisper.cpp has these numbers built in.
VOCABULARY, END, ENGLISH, FIRST_TIME, LAST_TIME = 51865, 50257, 50259, 50364, 51864
# Any byte is a token, so that prompts can be read; whisper.cpp names the others itself.
TOKENS = [*ANSWER, *(bytes([byte]) for byte in range(256))]

Tensors = dict[str, np.ndarray]


def small(random: np.random.Generator, *shape: int) -> np.ndarray:
    return random.normal(0, 0.01, shape).astype(np.float32)


def norm(name: str) -> Tensors:
    return {f"{name}.weight": np.ones(STATE, np.float32), f"{name}.bias": np.zeros(STATE, np.float32)}


def linear(random: np.random.Generator, name: str, out: int, into: int, bias: bool = True) -> Tensors:
    weight = {f"{name}.weight": small(random, out, into)}
    return weight | ({f"{name}.bias": np.zeros(out, np.float32)} if bias else {})


def attention(random: np.random.Generator, name: str) -> Tensors:
    found = norm(f"{name}_ln")
    for part in ("query", "key", "value", "out"):
        found |= linear(random, f"{name}.{part}", STATE, STATE, bias=part != "key")
    return found


def block(random: np.random.Generator, name: str, attentions: tuple[str, ...]) -> Tensors:
    found: Tensors = {}
    for each in attentions:
        found |= attention(random, f"{name}.{each}")
    found |= norm(f"{name}.mlp_ln")
    return found | linear(random, f"{name}.mlp.0", 4 * STATE, STATE) | linear(random, f"{name}.mlp.2", STATE, 4 * STATE)


def embedding() -> np.ndarray:
    """A direction each for the words, the first and the last time and the end; direction 0 is that of all others."""
    found = np.zeros((VOCABULARY, STATE), np.float32)
    spoken = [*range(len(ANSWER)), FIRST_TIME, LAST_TIME, END]
    others = np.setdiff1d(np.arange(VOCABULARY), spoken)
    found[others, 0] = 3
    found[spoken, range(1, len(spoken) + 1)] = 3
    # The language that is found when none is named.
    found[ENGLISH, 0] = 4
    return found


def successors() -> Tensors:
    """The layer that says what comes next. Times may be switched off, so there is a second choice where one comes next."""
    words = len(ANSWER)
    first_time, last_time, end = words + 1, words + 2, words + 3
    following = {0: [first_time, 1], first_time: [1], last_time: [end], words: [last_time, end]}
    following |= {word: [word + 1] for word in range(1, words)}
    into = np.zeros((4 * STATE, STATE), np.float32)
    into[:STATE] = np.eye(STATE)
    out = np.zeros((STATE, 4 * STATE), np.float32)
    for direction, choices in following.items():
        out[choices, direction] = [10, 6][: len(choices)]
    return {"decoder.blocks.3.mlp.0.weight": into, "decoder.blocks.3.mlp.2.weight": out}


def tensors() -> Tensors:
    random = np.random.default_rng(SEED)
    found: Tensors = {
        "encoder.positional_embedding": small(random, AUDIO_CONTEXT, STATE),
        "encoder.conv1.weight": small(random, STATE, MELS, 3),
        "encoder.conv1.bias": np.zeros((STATE, 1), np.float32),
        "encoder.conv2.weight": small(random, STATE, STATE, 3),
        "encoder.conv2.bias": np.zeros((STATE, 1), np.float32),
        "decoder.positional_embedding": small(random, TEXT_CONTEXT, STATE),
        "decoder.token_embedding.weight": embedding(),
    }
    found |= norm("encoder.ln_post") | norm("decoder.ln")
    for layer in range(LAYERS):
        found |= block(random, f"encoder.blocks.{layer}", ("attn",))
        found |= block(random, f"decoder.blocks.{layer}", ("attn", "cross_attn"))
    return found | successors()


def write(file: BinaryIO, name: str, values: np.ndarray) -> None:
    """Matrices are 16 bits wide, as the header says; what is added to something is not."""
    wide = values.ndim == 1 or name.endswith((".bias", "positional_embedding"))
    encoded = name.encode()
    file.write(struct.pack("<3i", values.ndim, len(encoded), 0 if wide else 1))
    file.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)) + encoded)
    file.write(values.astype("<f4" if wide else "<f2").tobytes())


def main(path: str) -> None:
    with open(path, "wb") as file:
        audio = (AUDIO_CONTEXT, STATE, HEADS, LAYERS)
        text = (TEXT_CONTEXT, STATE, HEADS, LAYERS)
        file.write(struct.pack("<12i", 0x67676D6C, VOCABULARY, *audio, *text, MELS, 1))
        file.write(struct.pack("<2i", MELS, FFT) + np.full((MELS, FFT), 1 / FFT, "<f4").tobytes())
        file.write(struct.pack("<i", len(TOKENS)))
        for token in TOKENS:
            file.write(struct.pack("<I", len(token)) + token)
        for name, values in tensors().items():
            write(file, name, values)


if __name__ == "__main__":
    main(sys.argv[1])
