"""Writes a tiny model of the llama architecture as GGUF: llama.py FILE.

It answers every prompt with ANSWER and ends: each token of the answer has a direction of its own in the embedding, and the
output layer maps it to the next one. The layers between are random and small, so they are computed but change nothing.
"""

import sys

import gguf
import numpy as np

ANSWER = ["▁I", "▁am", "▁a", "▁tiny", "▁model", "▁for", "▁tests."]
SEED = 1
EMBEDDING, FEED_FORWARD, HEADS, LAYERS, CONTEXT = 64, 128, 4, 2, 32768
# Logit of the next token; 0 for all others, so that no usual temperature makes it say anything else.
LOGIT = 40.0

SPECIAL = ["<unk>", "<s>", "</s>"]
END = 2
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
VOCABULARY = [*SPECIAL, *BYTES, "▁", *ANSWER]
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:\n{% endif %}"
)


def tokenizer(writer: gguf.GGUFWriter) -> None:
    """SentencePiece with a fallback to bytes, so that it takes any text."""
    kind = gguf.TokenType
    types = [kind.UNKNOWN, kind.CONTROL, kind.CONTROL] + [kind.BYTE] * 256 + [kind.NORMAL] * (1 + len(ANSWER))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(VOCABULARY)
    writer.add_token_scores([0.0] * len(VOCABULARY))
    writer.add_token_types(types)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(END)
    writer.add_chat_template(TEMPLATE)


def directions() -> tuple[np.ndarray, np.ndarray]:
    """Embedding and output layer. Direction 0 is that of everything that is no part of the answer."""
    first = len(VOCABULARY) - len(ANSWER)
    embedding = np.zeros((len(VOCABULARY), EMBEDDING), np.float32)
    embedding[:first, 0] = 1
    embedding[range(first, len(VOCABULARY)), range(1, len(ANSWER) + 1)] = 1
    output = np.zeros_like(embedding)
    # The norm before the output layer makes the one component the root of all.
    output[[*range(first, len(VOCABULARY)), END], range(len(ANSWER) + 1)] = LOGIT / np.sqrt(EMBEDDING)
    return embedding, output


def tensors(writer: gguf.GGUFWriter) -> None:
    random = np.random.default_rng(SEED)
    embedding, output = directions()
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(EMBEDDING, np.float32))
    square, up, down = (EMBEDDING, EMBEDDING), (FEED_FORWARD, EMBEDDING), (EMBEDDING, FEED_FORWARD)
    shapes = {name: square for name in ("attn_q", "attn_k", "attn_v", "attn_output")}
    shapes |= {"ffn_gate": up, "ffn_up": up, "ffn_down": down}
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(EMBEDDING, np.float32))
        for name, shape in shapes.items():
            weights = random.normal(0, 0.01, shape).astype(np.float32)
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights)


def main(file: str) -> None:
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(EMBEDDING)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(EMBEDDING // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(VOCABULARY))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    tokenizer(writer)
    tensors(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
