"""Search: finds things by words, in Chinese, by sound and in English, the same on both databases."""
