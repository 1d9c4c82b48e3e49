"""Another machine: transformers on the tasks that LSTMs were trained on, with no more episodes than these had."""
