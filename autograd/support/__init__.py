"""What is no calculus: messages, whole files, and what compiling adds. It imports nothing of the project."""
