"""What functions answer, as models: closed where the shape is Confab's own, open where the caller's data comes back."""
