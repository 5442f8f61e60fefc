"""Optional parts, off until the settings name them: a language model, embeddings, speech. One file each."""
